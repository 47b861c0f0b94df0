"""The progress of a generation: requests and tokens per second, the time left, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra
from zebra_generate.counting.prices import cost_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_generate.counting.prices import Price


@attrs.define(eq=False)
class Requests(zebra.Progress):
    """Counts requests (the rows), their tokens and their cost; `prices` are by model, and a model without one costs nothing."""

    prices: Mapping[str, Price] = attrs.field(factory=dict)
    tokens: int = 0
    failed: int = 0
    cost: float = 0.0

    def count(self, name: str, response: zebra.Response, *, before: bool = False) -> None:
        """Count what came of a request; `before` marks that an earlier run had sent it."""
        if name in self.prices:
            self.cost += cost_of(response, self.prices[name])
        self.failed += response.text is None
        self.tokens += 0 if before else response.completion_tokens or 0
        self.advance(1, before=before)


def describe(done: Requests) -> str:
    """Return the rates, the time left, and the cost so far and in all if a price is known."""
    left = "" if done.seconds_left is None else f", {zebra.clock(done.seconds_left)} left"
    failed = f", {done.failed:,} failed" if done.failed else ""
    rates = f"{done.rows_per_second:,.1f} requests/s, {done.tokens / done.seconds:,.0f} tokens/s"
    return f"{rates}{left}{failed}{cost(done)}"


def cost(done: Requests) -> str:
    """Return the cost so far, and that of all requests at the mean cost of those that are done; empty without a price."""
    if not done.prices or not done.rows_done:
        return ""
    expected = done.cost * (done.rows or done.rows_done) / done.rows_done
    return f", ${done.cost:,.2f} of about ${expected:,.2f}"
