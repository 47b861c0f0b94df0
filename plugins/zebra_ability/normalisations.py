"""How scores become comparable: in [0, 1], where 1 is best.

A standard error is that of the score, as if the ends of the scale were certain; a rank has none.
"""

from __future__ import annotations

import shlex
from math import erf, sqrt
from typing import TYPE_CHECKING

import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Column = NDArray[np.float64]


def minmax(table: zebra.ScoreTable) -> zebra.Normalised:
    """The share of the way from the worst model to the best one (Eq. 2 of KARMA)."""
    return _by_column(table, _minmax)


def within_range(table: zebra.ScoreTable) -> zebra.Normalised:
    """The share of the way from one declared bound to the other."""
    return _by_column(table, _range)


def zscore(table: zebra.ScoreTable) -> zebra.Normalised:
    """The normal distribution's share below (score - mean) / deviation."""
    return _by_column(table, _zscore)


def rank(table: zebra.ScoreTable) -> zebra.Normalised:
    """The share of the models that are worse, ties in the middle."""
    return _by_column(table, _rank)


def _by_column(
    table: zebra.ScoreTable, scale: Callable[[Column, zebra.Benchmark], tuple[Column, Column]]
) -> zebra.Normalised:
    columns = [scale(table.values[:, k], benchmark) for k, benchmark in enumerate(table.benchmarks)]
    return zebra.Normalised(*(np.column_stack(parts) for parts in zip(*columns, strict=True)))


def _minmax(values: Column, benchmark: zebra.Benchmark) -> tuple[Column, Column]:
    good = zebra.oriented(values, benchmark)
    spread = _spread(good, values, benchmark)
    return (good - good.min()) / spread, np.full(len(values), 1 / spread)


def _range(values: Column, benchmark: zebra.Benchmark) -> tuple[Column, Column]:
    if benchmark.bounds is None:
        msg = f"the benchmark {benchmark.name!r} has no bounds, which --normalisation range needs; declare them in the recipe: [benchmarks.{benchmark.name!r}] bounds = [LOW, HIGH]"
        raise zebra.ZebraError(msg)
    ends = np.array(benchmark.bounds, np.float64)
    if benchmark.direction not in ("higher", "lower"):
        ends = np.append(ends, float(benchmark.direction or 0.0))
    good = zebra.oriented(ends, benchmark)
    low, spread = good.min(), np.ptp(good)
    return ((zebra.oriented(values, benchmark) - low) / spread).clip(0, 1), np.full(len(values), 1 / spread)


def _zscore(values: Column, benchmark: zebra.Benchmark) -> tuple[Column, Column]:
    good = zebra.oriented(values, benchmark)
    spread = _spread(good, values, benchmark)
    shares = good / spread
    z = (shares - shares.mean()) / shares.std()
    below = np.array([(1 + erf(each / sqrt(2))) / 2 for each in z])
    return below, np.exp(-(z**2) / 2) / sqrt(2 * np.pi) / shares.std() / spread


def _rank(values: Column, benchmark: zebra.Benchmark) -> tuple[Column, Column]:
    good = zebra.oriented(values, benchmark)
    _spread(good, values, benchmark)
    _, number, counts = np.unique(good, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    return middle[number.reshape(-1)] / (len(good) - 1), np.full(len(values), np.nan)


def _spread(good: Column, values: Column, benchmark: zebra.Benchmark) -> float:
    """Return the distance from the worst score to the best one. Raise ZebraError if all models are equal."""
    with np.errstate(over="ignore"):
        spread = float(good.max() - good.min())
    if not (np.isfinite(spread) and spread > 0):
        msg = (
            f"all {len(values)} models have the same score on {benchmark.name!r} ({values[0]:g}), "
            f"so it does not distinguish them; add --benchmark {shlex.quote(f'{benchmark.name}=drop')}"
        )
        raise zebra.ZebraError(msg)
    return spread
