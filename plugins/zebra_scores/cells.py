"""The number in a cell of a score table."""

from __future__ import annotations

import math

MISSING = {"", "-", "--", "–", "—", "n/a", "na", "nan", "none", "null"}  # noqa: RUF001


def number(cell: object) -> float:
    """Return the number in a cell, without its percent sign, or NaN if it is missing. Raise ValueError if it is not a number."""
    if cell is None:
        return math.nan
    text = str(cell).strip().casefold()
    if text in MISSING:
        return math.nan
    value = float(text.removesuffix("%").strip())
    if not math.isfinite(value):
        msg = "is infinite"
        raise ValueError(msg)
    return value


def numeric(value: object) -> float:
    """Return a number of a results file, or NaN for anything else, such as "N/A" or null."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else math.nan  # type: ignore[arg-type]
