"""What a cell of a score table says, and what the user declares about its columns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@attrs.frozen(kw_only=True)
class Declared:
    """What is declared about benchmarks: a column is higher-is-better unless it stands in `lower` or `target`.

    `target` gives the value that is best, such as 50 for a bias score; `weights` counts for the superiority, 1 if not given.
    """

    lower: tuple[str, ...] = ()
    target: dict[str, float] = attrs.field(factory=dict)
    weights: dict[str, float] = attrs.field(factory=dict)

    def described(self, names: Iterable[str], source: str) -> list[zebra.Benchmark]:
        """Describe the columns; ZebraError where something is declared about a column that is not there."""
        names = list(names)
        for name in (*self.lower, *self.target, *self.weights):
            if name not in names:
                what = "benchmark"
                raise zebra.unknown(what, name, names)
        return [
            zebra.Benchmark(name, direction=self._direction(name), weight=self.weights.get(name, 1.0), source=source)
            for name in names
        ]

    def _direction(self, name: str) -> zebra.Direction:
        return "lower" if name in self.lower else self.target.get(name, "higher")
