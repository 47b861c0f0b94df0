"""Missing scores."""

from __future__ import annotations

import pytest
from helpers.tables import NAN, table

import zebra_core as zebra
from zebra_core.scores.imputation import complete


def done_with(missing: str, given: zebra.ScoreTable) -> zebra.ScoreTable:
    return complete(given, zebra.load_plugins().find("imputation", missing).bind())


def test_missing_cells_are_listed() -> None:
    """By default, a missing cell is an error that names model, benchmark and the remedies."""
    with pytest.raises(zebra.ZebraError, match=r"1 cell of the scores missing: 'b x y'.*--missing drop-model"):
        done_with("error", table({"a": [1, 2], "b": [3, NAN]}, "x", "y"))


@pytest.mark.parametrize(
    ("missing", "models", "names", "values"),
    [
        ("drop-model", ("a", "c"), ["x", "y"], [[1, 2], [5, 6]]),
        ("drop-benchmark", ("a", "b", "c"), ["x"], [[1], [3], [5]]),
        ("mean", ("a", "b", "c"), ["x", "y"], [[1, 2], [3, 4], [5, 6]]),  # (2 + 6) / 2 = 4
    ],
)
def test_missing_cells_can_be_dropped_or_filled(missing: str, models: object, names: object, values: object) -> None:
    """Each remedy does what it says, and is noted."""
    done = done_with(missing, table({"a": [1, 2], "b": [3, NAN], "c": [5, 6]}, "x", "y"))
    assert (done.models, [b.name for b in done.benchmarks], done.values.tolist()) == (models, names, values)
    assert len(done.notes) == 1
