"""What came of the requests, by model: responses, failures, and the responses that are of little use."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

    import zebra_core as zebra

REFUSAL = re.compile(
    r"\W*(i[\'\u2019]?m sorry|i am sorry|sorry|i apologi[sz]e|unfortunately)?[,.!]?\s*(but )?(as an ai\b[^,.]*,\s*)?"
    r"i\s*(can[\'\u2019]?t|cannot|can not|am unable to|[\'\u2019]?m unable to|am not able to|[\'\u2019]?m not able to|won[\'\u2019]?t)\s+"
    r"(\w+\s+)?(help|assist|comply|fulfil|fulfill|provide|create|generate|do that|answer|support|engage|write|discuss|share)",
    re.IGNORECASE,
)
"""How most refusals in English begin. It is a count for the user to look into, and decides nothing."""


@attrs.define
class Tally:
    """How many requests of a model were answered, failed, and were answered with nothing, in part, or with a refusal."""

    responses: int = 0
    failed: int = 0
    empty: int = 0
    truncated: int = 0
    refused: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, response: zebra.Response) -> None:
        """Count a response."""
        self.prompt_tokens += response.prompt_tokens or 0
        self.completion_tokens += response.completion_tokens or 0
        if response.text is None:
            self.failed += 1
            return
        self.responses += 1
        self.empty += not response.text.strip()
        self.truncated += response.finish_reason == "length"
        self.refused += response.finish_reason in ("content_filter", "refusal") or bool(REFUSAL.match(response.text))


def tally(responses: Iterable[tuple[str, zebra.Response]]) -> dict[str, Tally]:
    """Return the tally of each model, from the responses with the model's name."""
    tallies: dict[str, Tally] = {}
    for name, response in responses:
        tallies.setdefault(name, Tally()).add(response)
    return tallies
