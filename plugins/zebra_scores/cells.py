"""What a cell of a score table says."""

from __future__ import annotations

import math
from typing import Any

MISSING = {"", "-", "--", "–", "—", "n/a", "na", "nan", "none", "null"}  # noqa: RUF001


def number(cell: Any) -> float:
    """Return the number in a cell, NaN where it is missing; a percent sign is taken off. ValueError for anything else."""
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
