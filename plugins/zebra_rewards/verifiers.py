"""The rewards `format`, `exact` and `length`: what can be checked in a response by looking at it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

import attrs

import zebra_core as zebra
from zebra_rewards.answers import READ

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Prompts = Sequence[Sequence[Mapping[str, str]]]

POSITIVE = attrs.validators.ge(1)


def _is_pattern(_: object, field: attrs.Attribute[str], value: str) -> None:
    try:
        re.compile(value)
    except re.error as error:
        msg = f"{field.name} must be a regular expression, got {value!r}: {error}"
        raise ValueError(msg) from error


@attrs.frozen
class Format:
    """1 if the whole response matches a regular expression, such as one of tags, else 0."""

    pattern: str = zebra.option(
        r"<think>.*</think>\s*<answer>.*</answer>",
        "Regular expression that the response, without white space at its ends, must match; a dot matches any character.",
        validator=_is_pattern,
    )

    def __call__(self, prompts: Prompts, completions: Sequence[str], **columns: Sequence[Any]) -> list[float]:  # noqa: ARG002
        """Return 1 or 0 for each completion."""
        pattern = re.compile(self.pattern, re.DOTALL)
        return [float(pattern.fullmatch(text.strip()) is not None) for text in completions]


@attrs.frozen
class Exact:
    """1 if the answer of a response is that of the reference, by default the chosen response of the pair, else 0."""

    by: Literal["text", "line", "number"] = zebra.option(
        "text", "What the answer is: the whole text, its last line, or the last number in it."
    )
    column: str = zebra.option("chosen", "Column of the dataset with the reference.")

    def __call__(self, prompts: Prompts, completions: Sequence[str], **columns: Sequence[Any]) -> list[float | None]:  # noqa: ARG002
        """Return 1 or 0 for each completion, None if its reference has no answer. Raise ZebraError without the column."""
        if self.column not in columns:
            msg = f"the dataset has no column {self.column!r} with the right answers; name one with --set exact.column=NAME"
            raise zebra.ZebraError(msg)
        read = READ[self.by]
        answers = [None if reference is None else read(str(reference)) for reference in columns[self.column]]
        return [
            None if answer is None else float(read(text) == answer)
            for text, answer in zip(completions, answers, strict=True)
        ]


@attrs.frozen
class Length:
    """0 up to a length, beyond it a penalty that grows to -1."""

    limit: int = zebra.option(1_000, "Length without a penalty.", validator=attrs.validators.ge(0))
    within: int = zebra.option(
        1_000, "Length beyond the limit at which the penalty is 1, the most.", validator=POSITIVE
    )
    unit: Literal["characters", "words"] = zebra.option("characters", "What is counted.")

    def __call__(self, prompts: Prompts, completions: Sequence[str], **columns: Sequence[Any]) -> list[float]:  # noqa: ARG002
        """Return a number from -1 to 0 for each completion."""
        lengths = [len(text if self.unit == "characters" else text.split()) for text in completions]
        return [-min(max(length - self.limit, 0) / self.within, 1.0) for length in lengths]
