"""Score tables: what is missing, what is joined, what appears twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zebra_core as zebra
from zebra_core.scores.table import join

NAN = float("nan")


def table(rows: dict[str, list[float]], *names: str) -> zebra.ScoreTable:
    return zebra.ScoreTable.from_rows(
        [(model, dict(zip(names, scores, strict=True))) for model, scores in rows.items()],
        [zebra.Benchmark(n, direction="higher") for n in names],
    )


def test_missing_cells_are_listed() -> None:
    """By default a missing cell is an error that names model and benchmark, and the ways on."""
    with pytest.raises(zebra.ZebraError, match=r"1 cell of the scores missing: 'b x y'.*--missing drop-model"):
        table({"a": [1, 2], "b": [3, NAN]}, "x", "y").complete()


@pytest.mark.parametrize(
    ("missing", "models", "names", "values"),
    [
        ("drop-model", ("a", "c"), ["x", "y"], [[1, 2], [5, 6]]),
        ("drop-benchmark", ("a", "b", "c"), ["x"], [[1], [3], [5]]),
        ("mean", ("a", "b", "c"), ["x", "y"], [[1, 2], [3, 4], [5, 6]]),  # (2 + 6) / 2 = 4
    ],
)
def test_missing_cells_can_be_dropped_or_filled(missing: str, models: object, names: object, values: object) -> None:
    """Each way to go on does what it says, and is noted."""
    done = table({"a": [1, 2], "b": [3, NAN], "c": [5, 6]}, "x", "y").complete(missing)
    assert (done.models, [b.name for b in done.benchmarks], done.values.tolist()) == (models, names, values)
    assert len(done.notes) == 1


def test_empty_rows_and_columns_say_nothing() -> None:
    """A model without any score and a benchmark that no model has are left out and noted."""
    found = table({"a": [1, NAN], "b": [NAN, NAN], "c": [2, NAN]}, "x", "y")
    assert (found.models, [b.name for b in found.benchmarks]) == (("a", "c"), ["x"])
    assert found.notes == ("left out 'b': no scores at all", "left out the benchmark 'y': no model has it")


def test_a_model_twice() -> None:
    """The same model with the same scores is one model; with others it is an error that shows both values."""
    benchmarks = [zebra.Benchmark("MMLU", direction="higher")]
    assert zebra.ScoreTable.from_rows(
        [("a", {"MMLU": 1}), ("a", {"MMLU": 1}), ("b", {"MMLU": 2})], benchmarks
    ).models == (
        "a",
        "b",
    )
    with pytest.raises(zebra.ZebraError, match=r"'a' appears twice with different scores: 'MMLU' is 1 and 2"):
        zebra.ScoreTable.from_rows([("a", {"MMLU": 1}), ("a", {"MMLU": 2})], benchmarks)


def test_join_by_model_name() -> None:
    """Joined tables have every model and benchmark of each; what one does not say is missing."""
    joined = join([table({"a": [1], "b": [2]}, "x"), table({"b": [3], "c": [4]}, "y")])
    np.testing.assert_array_equal(joined.values, [[1, NAN], [2, 3], [NAN, 4]])
    assert (joined.models, [b.name for b in joined.benchmarks]) == (("a", "b", "c"), ["x", "y"])


def test_join_refuses_two_values_for_one_cell() -> None:
    """Two tables that disagree on a cell are an error that shows the two values."""
    with pytest.raises(zebra.ZebraError, match=r"different scores on 'x': 1 and 2"):
        join([table({"a": [1], "b": [2]}, "x"), table({"a": [2]}, "x")])


@given(
    st.lists(
        st.lists(st.one_of(st.floats(-1e300, 1e300), st.just(NAN)), min_size=3, max_size=3), min_size=1, max_size=6
    )
)
def test_any_table_is_told_or_known(rows: list[list[float]]) -> None:
    """Whatever the table, its behavior is finite and in [0, 1], or a ZebraError says why there is none."""
    models = [f"m{k}" for k in range(len(rows))]
    try:
        found = table(dict(zip(models, rows, strict=True)), "x", "y", "z").complete("mean")
        known = zebra.derive_behavior(found, lambda vectors: vectors @ vectors.T)
    except zebra.ZebraError as error:
        assert str(error)  # noqa: PT017
        return
    for figures in (known.vectors, known.superiority):
        assert np.isfinite(figures).all()
        assert 0 <= figures.min() <= figures.max() <= 1
