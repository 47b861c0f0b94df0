"""Scale scores of any unit and direction to [0, 1], where 1 is best."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np

from zebra_core.base.arrays import read_only
from zebra_core.errors import PluginError, ZebraError
from zebra_core.plugins.component import attributed_to, call_on_data
from zebra_core.plugins.repeatable import SAMPLE, check_repeatable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_core.scores.table import Benchmark, ScoreTable

TOLERANCE = 1e-9
"""How far a normalised score may be outside [0, 1], for rounding."""


@attrs.frozen(eq=False)
class Normalised:
    """Scores in [0, 1], 1 is best, as (models x benchmarks), and their slopes: what a point of the score is worth.

    A score's standard error times its slope is the error of the normalised score; NaN, or no slopes, if it has none.
    """

    values: NDArray[np.float64] = attrs.field(converter=read_only)
    slopes: NDArray[np.float64] = attrs.field(converter=read_only)

    @slopes.default
    def _unknown(self) -> NDArray[np.float64]:
        return np.full(np.shape(self.values), np.nan)


class Normalisation(Protocol):
    """A component that scales the scores of a table, so that benchmarks can be compared and averaged."""

    def __call__(self, table: ScoreTable, /) -> Normalised:
        """Return the scores of a complete table in [0, 1], 1 is best. Raise ZebraError for a benchmark it cannot scale."""


def normalise(table: ScoreTable, normalisation: Normalisation) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return scores in [0, 1] and their standard errors (both models x benchmarks), NaN if an error is unknown.

    Raise PluginError if the normalisation returns another shape, a value that is not in [0, 1], or two results for the
    same table.
    """
    check_repeatable(normalisation, table.first(np.ones(len(table.models), bool), SAMPLE))
    result: Any = call_on_data(normalisation, table)
    with attributed_to(normalisation):
        if not isinstance(result, Normalised):
            msg = f"a normalisation must return a zebra.Normalised, got {type(result).__name__}"
            raise PluginError(msg)
        _check(result, table.values.shape)
    return result.values, np.abs(result.slopes) * table.stderr


def _check(result: Normalised, shape: tuple[int, ...]) -> None:
    for what, array in (("normalised scores", result.values), ("slopes", result.slopes)):
        if np.shape(array) != shape:
            msg = f"{what} must be of shape {shape}, one row per model and one column per benchmark, got {np.shape(array)}"
            raise PluginError(msg)
    inside = (result.values >= -TOLERANCE) & (result.values <= 1 + TOLERANCE)
    if not inside.all():
        msg = f"normalised scores must be in [0, 1], got {result.values[~inside][0]:g}"
        raise PluginError(msg)


def oriented(values: NDArray[np.float64], benchmark: Benchmark) -> NDArray[np.float64]:
    """Return `values` oriented so that higher is better: as they are, negated, or minus the distance to the target."""
    if benchmark.direction == "higher":
        return values
    if benchmark.direction == "lower":
        return -values
    if benchmark.direction is None:
        msg = f"the benchmark {benchmark.name!r} has no direction; declare 'higher', 'lower' or the value that is best"
        raise ZebraError(msg)
    return -np.abs(values - float(benchmark.direction))
