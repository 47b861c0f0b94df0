"""What tokens cost: the prices that the user gives, and the cost of what is counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol, TypeAlias

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Price: TypeAlias = tuple[float, float]
"""Dollars per million tokens of a prompt, and of a response."""


class Tokens(Protocol):
    """Something with counts of tokens, if they are known."""

    @property
    def prompt_tokens(self) -> int | None:
        """The tokens of prompts."""

    @property
    def completion_tokens(self) -> int | None:
        """The tokens of responses."""


def cost_of(tokens: Tokens, price: Price) -> float:
    """Return what tokens cost, in dollars."""
    return ((tokens.prompt_tokens or 0) * price[0] + (tokens.completion_tokens or 0) * price[1]) / 1e6


def read_prices(texts: Iterable[str], names: Sequence[str]) -> dict[str, Price]:
    """Return prices by model, from texts such as `0.15,0.6` (of all models) or `NAME=0.15,0.6`; a named price takes precedence.

    Raise ZebraError if a text is not a price, or names no model.
    """
    common: dict[str, Price] = {}
    own: dict[str, Price] = {}
    for text in texts:
        name, _, price = text.rpartition("=")
        numbers = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*", price)
        if not numbers:
            msg = f"--price expects [NAME=]IN,OUT, dollars per million tokens such as 0.15,0.60, got {text!r}"
            raise zebra.ZebraError(msg)
        if name and name not in names:
            what, where = "model", "of --price among those of --model"
            raise zebra.unknown(what, name, names, where)
        (own if name else common).update(
            dict.fromkeys([name] if name else names, (float(numbers[1]), float(numbers[2])))
        )
    return {**common, **own}
