"""Scale scores of any unit and direction to [0, 1], where 1 is best."""

from __future__ import annotations

import shlex
from math import erf, sqrt
from typing import TYPE_CHECKING, Literal

import numpy as np

from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_core.scores.table import Benchmark, ScoreTable

    Column = NDArray[np.float64]

Normalisation = Literal["minmax", "range", "zscore", "rank"]


def normalise(table: ScoreTable, how: Normalisation = "minmax") -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scores in [0, 1] and their standard errors (both models x benchmarks), NaN if an error is unknown.

    `minmax` is over the models (Eq. 2 of KARMA), `range` over the declared bounds, `zscore` is the normal distribution's
    share below (x - mean) / deviation, `rank` the share of the models that are worse, ties in the middle. Errors are those
    of the score, as if the ends of the scale were certain; a rank has none. Raise ZebraError for a benchmark on which all
    models are equal, and under `range` for one without bounds.
    """
    scale = {"minmax": _minmax, "range": _range, "zscore": _zscore, "rank": _rank}[how]
    columns = [scale(table.values[:, k], b) for k, b in enumerate(table.benchmarks)]
    slopes = np.column_stack([slope for _, slope in columns])
    return np.column_stack([values for values, _ in columns]), slopes * table.stderr


def oriented(values: Column, benchmark: Benchmark) -> Column:
    """Return `values` oriented so that higher is better: as they are, negated, or minus the distance to the target."""
    if benchmark.direction == "higher":
        return values
    if benchmark.direction == "lower":
        return -values
    if benchmark.direction is None:
        msg = f"the benchmark {benchmark.name!r} has no direction; declare 'higher', 'lower' or the value that is best"
        raise ZebraError(msg)
    return -np.abs(values - float(benchmark.direction))


def _minmax(values: Column, benchmark: Benchmark) -> tuple[Column, Column]:
    good = oriented(values, benchmark)
    spread = _spread(good, values, benchmark)
    return (good - good.min()) / spread, np.full(len(values), 1 / spread)


def _range(values: Column, benchmark: Benchmark) -> tuple[Column, Column]:
    if benchmark.bounds is None:
        msg = f"the benchmark {benchmark.name!r} has no bounds, which --normalisation range needs; declare them in the recipe: [benchmarks.{benchmark.name!r}] bounds = [LOW, HIGH]"
        raise ZebraError(msg)
    ends = np.array(benchmark.bounds, np.float64)
    if benchmark.direction not in ("higher", "lower"):
        ends = np.append(ends, float(benchmark.direction or 0.0))
    good = oriented(ends, benchmark)
    low, spread = good.min(), np.ptp(good)
    return ((oriented(values, benchmark) - low) / spread).clip(0, 1), np.full(len(values), 1 / spread)


def _zscore(values: Column, benchmark: Benchmark) -> tuple[Column, Column]:
    good = oriented(values, benchmark)
    spread = _spread(good, values, benchmark)
    shares = good / spread
    z = (shares - shares.mean()) / shares.std()
    below = np.array([(1 + erf(each / sqrt(2))) / 2 for each in z])
    return below, np.exp(-(z**2) / 2) / sqrt(2 * np.pi) / shares.std() / spread


def _rank(values: Column, benchmark: Benchmark) -> tuple[Column, Column]:
    good = oriented(values, benchmark)
    _spread(good, values, benchmark)
    _, number, counts = np.unique(good, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    return middle[number.reshape(-1)] / (len(good) - 1), np.full(len(values), np.nan)


def _spread(good: Column, values: Column, benchmark: Benchmark) -> float:
    with np.errstate(over="ignore"):
        spread = float(good.max() - good.min())
    if not (np.isfinite(spread) and spread > 0):
        msg = (
            f"all {len(values)} models have the same score on {benchmark.name!r} ({values[0]:g}), "
            f"so it does not distinguish them; add --benchmark {shlex.quote(f'{benchmark.name}=drop')}"
        )
        raise ZebraError(msg)
    return spread
