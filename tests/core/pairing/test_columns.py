"""Extra columns of the dataset: what a component returns, and who reads the dataset with them."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest

import zebra_core as zebra
from zebra_core.testing import Project

TOY = '''
import numpy as np
import pyarrow as pa
import zebra_core as zebra


@zebra.hookimpl
def zebra_columns():
    return {"ranks": ranks, "count": count, "wrong": wrong}


def ranks(pairs, behavior):
    """The rank of the chosen model, and whether the rejected one is the last."""
    chosen = [behavior.models.index(model) for model in pairs["chosen_model"].to_pylist()]
    last = [model == behavior.models[-1] for model in pairs["rejected_model"].to_pylist()]
    return {"rank": pa.array(chosen, pa.int8()), "over_last": pa.array(last, pa.bool_())}


def count(pairs, behavior):
    """The number of columns before, and nothing else."""
    return {"columns": pa.array([pairs.num_columns] * len(pairs), pa.int64())}


def wrong(pairs, behavior):
    """Return something else."""
    return RESULT
'''
SCORES = "model,MMLU,IFEval\na,60,60\nb,50,40\nc,30,30\n"


@pytest.fixture
def pool(zebra_cli: Project) -> Project:
    """Write six instructions answered by a and b, or by b and c."""
    rows = [
        {"id": f"q{n}", "prompt": f"question {n}", "models": [*models], "responses": [f"{m} {n}" for m in models]}
        for n, models in enumerate(["ab", "bc"] * 3)
    ]
    zebra_cli.write("pool.jsonl", "\n".join(map(json.dumps, rows)))
    zebra_cli.write("scores.csv", SCORES)
    zebra_cli.write("toy.py", TOY)
    return zebra_cli


def run(cli: Project, *arguments: str, code: int = 0) -> str:
    """Build with the toy columns; return what was printed as errors."""
    command = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--plugin", "./toy.py", "--overwrite")
    command += ("--threshold", "-1")  # c is the worst on both benchmarks, so its vector is 0
    return cli.run(*command, *arguments, code=code).stderr


def test_columns_follow_the_papers(pool: Project) -> None:
    """Columns come in the order of the components, each of which sees those before: 10 of the papers, and 2 of ranks."""
    run(pool, "--column", "ranks", "--column", "count")
    dataset = zebra.Dataset.open("zebra-dataset")
    names = [*zebra.PREFERENCES.names, "rank", "over_last", "columns"]
    assert dataset.to_arrow().schema.names == names
    rows = pool.dataset()
    assert [row["rank"] for row in rows] == [0, 1] * 3
    assert [row["over_last"] for row in rows] == [False, True] * 3
    assert {row["columns"] for row in rows} == {12}
    assert pool.manifest()["recipe"]["columns"] == ["ranks", "count"]
    card = (pool.folder / "zebra-dataset/README.md").read_text()
    assert "Further columns come from `ranks`, `count`." in card
    assert dataset.pairs["rank"] == [0, 1] * 3
    assert dataset.load().column_names == names


def test_the_other_columns_and_files_stay_as_they_are(pool: Project) -> None:
    """The papers' columns are the same with and without others, and without them the schema and the card are the usual ones."""
    run(pool, "-o", "plain")
    run(pool, "--column", "ranks", "-o", "more")
    plain, more = (zebra.Dataset.open(name).to_arrow() for name in ("plain", "more"))
    assert plain.schema == zebra.PREFERENCES
    assert more.select(zebra.PREFERENCES.names) == plain
    assert "columns" not in pool.manifest("plain")["recipe"]
    assert "Further" not in (pool.folder / "plain/README.md").read_text()


def test_a_shard_without_pairs_and_a_batch_function(pool: Project) -> None:
    """A batch that gives no pair has the columns too, and `zebra.batch_function` adds them."""
    recipe = zebra.Recipe(scores=("scores.csv",), plugins=("./toy.py",), columns=("ranks",))
    pairs = zebra.batch_function(recipe)
    table = pa.table({"prompt": ["q", "r"], "models": [["a", "b"], ["b"]], "responses": [["x", "y"], ["z"]]})
    assert pairs(table)["rank"].to_pylist() == [0]
    empty = pairs(table.slice(1))
    assert (empty.num_rows, empty.schema.names[-2:]) == (0, ["rank", "over_last"])


RESULTS = {
    "a list": ("[1]", "it must return a dict of Arrow arrays by name, got list"),
    "no array": ("{'x': [1]}", "the column 'x' must be an Arrow array of 0 values, got list"),
    "too long": ("{'x': pa.array([1])}", "the column 'x' must be an Arrow array of 0 values, got Int64Array of 1 values"),
    "no type": ("{'x': pa.array([])}", "the column 'x' of a batch without pairs has no type; make it with pa.array(values, TYPE)"),
    "taken": ("{'margin': pa.array([], pa.int64())}", "the dataset has a column 'margin' already; it must return another name"),
    "another type": ("{'x': pa.array(['a'] * len(pairs), pa.string() if len(pairs) else pa.int8())}", "it must return the same columns for every batch: it returned x: int8 at first, and now x: string"),
    "fewer": ("{} if len(pairs) else {'x': pa.array([], pa.int8())}", "it returned x: int8 at first, and now none"),
    "an error": ("1 / 0", "it failed with ZeroDivisionError: division by zero (toy.py, line "),
}  # fmt: skip


@pytest.mark.parametrize("name", RESULTS)
def test_a_component_that_breaks_its_contract_is_named(pool: Project, name: str) -> None:
    """What are no columns ends the run, with the name of the component, and nothing is written."""
    result, fact = RESULTS[name]
    pool.write("toy.py", TOY.replace("RESULT", result))
    error = run(pool, "--column", "wrong", "--column", "count", code=2)
    assert "Error: column 'wrong' of plugin 'toy': " in error
    assert fact in error
    assert not (pool.folder / "zebra-dataset").exists()


def test_two_components_with_one_name(pool: Project) -> None:
    """A component may not return a name that another has added."""
    error = run(pool, "--column", "count", "--column", "count", code=2)
    assert "column 'count' of plugin 'toy': the dataset has a column 'columns' already" in error
