"""The answer in a response, made comparable: the text, its last line, or its last number."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBER = re.compile(r"(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
DIGITS = 400
"""Numbers of more digits are not read."""
EDGES = " .,;:!?\"'`*_()[]"
"""What is left out at both ends of a text: two answers that differ in it alone are equal."""


def text_of(response: str) -> str | None:
    """Return the response without differences in case, width, white space and surrounding punctuation; None if empty."""
    folded = unicodedata.normalize("NFKC", response).casefold()
    return " ".join(folded.split()).strip(EDGES) or None


def last_line_of(response: str) -> str | None:
    """Return the last line that is not empty, as `text_of` returns it; None if there is none."""
    return next(filter(None, map(text_of, reversed(response.splitlines()))), None)


def last_number_of(response: str) -> Decimal | None:
    """Return the last number, whose thousands may be separated by commas; None if there is none."""
    numbers = [number for number in NUMBER.findall(response) if len(number) <= DIGITS]
    return Decimal(numbers[-1].replace(",", "")) if numbers else None


READ: dict[str, Callable[[str], Any]] = {"text": text_of, "line": last_line_of, "number": last_number_of}
"""What reads the answer, by the value of the option `by`."""
