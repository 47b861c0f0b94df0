"""Score tables: missing cells, repeated models, joined tables."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.tables import NAN, table
from hypothesis import given
from hypothesis import strategies as st

import zebra_core as zebra
from zebra_core.scores.table import join
from zebra_core.testing import Project


def test_empty_rows_and_columns() -> None:
    """A model without any score and a benchmark that no model has are left out and noted."""
    result = table({"a": [1, NAN], "b": [NAN, NAN], "c": [2, NAN]}, "x", "y")
    assert (result.models, [b.name for b in result.benchmarks]) == (("a", "c"), ["x"])
    assert result.notes == ("left out 'b': no scores at all", "left out the benchmark 'y': no model has it")


def test_a_model_twice() -> None:
    """A repeated model with the same scores is one model; with different scores it is an error with both values."""
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
    """Joined tables have every model and benchmark of each; cells that neither has are missing."""
    joined = join([table({"a": [1], "b": [2]}, "x"), table({"b": [3], "c": [4]}, "y")])
    np.testing.assert_array_equal(joined.values, [[1, NAN], [2, 3], [NAN, 4]])
    assert (joined.models, [b.name for b in joined.benchmarks]) == (("a", "b", "c"), ["x", "y"])


def test_join_refuses_two_values_for_one_cell() -> None:
    """Two tables that disagree on a cell are an error that shows the two values."""
    with pytest.raises(zebra.ZebraError, match=r"different scores on 'x': 1 and 2"):
        join([table({"a": [1], "b": [2]}, "x"), table({"a": [2]}, "x")])


def test_a_clash_of_two_tables(zebra_cli: Project) -> None:
    """Two values for one cell stop the run and are shown, unless the recipe says which one wins; then a note has it."""
    zebra_cli.write("one.csv", "model,mmlu\na,70\nb,50\n")
    zebra_cli.write("two.csv", "model,MMLU\na,71\nc,40\n")
    tables = ("--scores", "one.csv", "--scores", "two.csv")
    assert "'a' different scores on 'MMLU': 70 and 71" in zebra_cli.run("scores", *tables, code=2).stderr
    for clash, value in (("first", "70"), ("last", "71")):
        output = zebra_cli.run("scores", *tables, "--clash", clash).stdout
        assert [line.split() for line in output.splitlines() if line.startswith("a ")] == [["a", value]]
        assert f"the {clash} one wins (1 such cell)" in output


CELLS = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["MMLU", "GSM8K", "IFEval"])), st.floats(-1e6, 1e6), min_size=1
)


@given(st.lists(CELLS, min_size=1, max_size=4), st.randoms())
def test_joining_is_the_same_in_any_order(parts: list[dict[tuple[str, str], float]], draw: object) -> None:
    """Tables that agree, in any order: the same cells; a missing one stays missing."""
    truth = {cell: value for part in reversed(parts) for cell, value in part.items()}
    tables = []
    for part in parts:
        names = sorted({benchmark for _, benchmark in part})
        rows = [(model, {b: truth[m, b] for m, b in part if m == model}) for model in sorted({m for m, _ in part})]
        tables.append(zebra.ScoreTable.from_rows(rows, [zebra.Benchmark(n, direction="higher") for n in names]))
    shuffled = [*tables]
    draw.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (join(order).as_dict()["scores"] for order in (tables, shuffled))
    assert one == other == {m: {b: v for (n, b), v in truth.items() if n == m} for m in {m for m, _ in truth}}


X = zebra.Benchmark("x", direction="higher")


@pytest.mark.parametrize(
    ("scores", "errors", "message"),
    [
        ({"x": 1.0}, {("a", "x"): -0.1}, "errors not negative; check 'a x x'"),
        ({"x": 1.0}, {("b", "x"): 0.1}, "the standard errors name the model 'b', which the table does not have"),
        (
            {"x": 1.0},
            {("a", "y"): 0.1},
            "the standard errors of 'a' name the benchmark 'y', which the table does not have",
        ),
        (
            {"x": 1.0, "xx": 2.0},
            {},
            "the scores of 'a' name the benchmark 'xx', which the table does not have; did you mean",
        ),
    ],
)
def test_rows_that_do_not_fit(scores: dict[str, float], errors: dict[tuple[str, str], float], message: str) -> None:
    """Negative standard errors, and names that are not declared, are errors."""
    with pytest.raises(zebra.ZebraError, match=message):
        zebra.ScoreTable.from_rows([("a", scores)], [X], errors)
