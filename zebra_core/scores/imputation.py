"""Missing scores: a component drops or fills them, or refuses the table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from zebra_core.errors import PluginError
from zebra_core.plugins.component import attributed_to, call_on_data
from zebra_core.plugins.repeatable import SAMPLE, check_repeatable
from zebra_core.scores.table import ScoreTable

if TYPE_CHECKING:
    from collections.abc import Sequence


class Imputation(Protocol):
    """A component that says what to do about the missing scores of a table."""

    def __call__(self, table: ScoreTable, /) -> ScoreTable:
        """Return a table of the same models and benchmarks, or of fewer, without gaps, with a note. Raise ZebraError to refuse."""


def complete(table: ScoreTable, imputation: Imputation) -> ScoreTable:
    """Return the table without gaps; the component is asked only if there are any.

    Raise PluginError for what it must not return, or if it gives two results for the same table.
    """
    if not table.gaps.any():
        return table
    check_repeatable(imputation, table.first(np.asarray(table.gaps.any(axis=1)), SAMPLE))
    result: Any = call_on_data(imputation, table)
    with attributed_to(imputation):
        if not isinstance(result, ScoreTable):
            msg = f"an imputation must return a zebra.ScoreTable, got {type(result).__name__}"
            raise PluginError(msg)
        if result.gaps.any():
            msg = f"an imputation must leave no score missing, but {result.listed(result.gaps)} still is"
            raise PluginError(msg)
        _check_names("model", result.models, table.models)
        _check_names("benchmark", [b.name for b in result.benchmarks], [b.name for b in table.benchmarks])
    return result


def _check_names(what: str, names: Sequence[str], originals: Sequence[str]) -> None:
    new = sorted({*names} - {*originals})
    if new:
        msg = f"an imputation must add no {what}, but {new[0]!r} is new"
        raise PluginError(msg)
