"""Filters: their order and counts, what a filter may return, and those that look at the whole pool first."""

from __future__ import annotations

import json
import pickle

import pytest

import zebra_core as zebra
from zebra_core.testing import Project

SCORES = "model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,5\n"
TOY = '''
import attrs
import pyarrow as pa
import pyarrow.compute as pc
import zebra_core as zebra


@zebra.hookimpl
def zebra_filters():
    return {"short": Short, "shout": shout, "rare": Rare, "swap": swap}


@attrs.frozen
class Short:
    """Leave out instructions whose id is longer than a limit."""

    limit: int = zebra.option(2, "Characters.")

    def __call__(self, batch):
        return batch.filter(pc.less_equal(pc.utf8_length(batch["id"]), self.limit))


def shout(batch):
    """Write the sources in capitals."""
    return batch.set_column(5, zebra.POOL.field("source"), pc.utf8_upper(batch["source"]))


@attrs.frozen
class Rare:
    """Leave out the sources of fewer than three instructions, and say what was seen."""

    def prepared(self, pool):
        seen = [source for batch in pool.batches() for source in batch["source"].to_pylist()]
        return Only({source for source in seen if seen.count(source) > 2})


@attrs.frozen
class Only:
    """Keep some sources."""

    sources: set[str]

    def __call__(self, batch):
        return batch.filter(pa.array([source in self.sources for source in batch["source"].to_pylist()]))


def swap(batch):
    """Return something else."""
    return RESULT
'''


@pytest.fixture
def pool(zebra_cli: Project) -> Project:
    """Write twelve instructions: q0 to q11, of source x, but y for the last three."""
    rows = [
        {
            "id": f"q{n}",
            "source": "x" if n < 9 else "y",
            "prompt": f"question {n}",
            "models": ["a", "b", "c"],
            "responses": [f"a {n}", f"b {n}", f"c {n}"],
        }
        for n in range(12)
    ]
    zebra_cli.write("pool.jsonl", "\n".join(map(json.dumps, rows)))
    zebra_cli.write("scores.csv", SCORES)
    zebra_cli.write("toy.py", TOY)
    return zebra_cli


def run(cli: Project, *arguments: str, code: int = 0) -> str:
    """Build with the toy filters; return what was printed."""
    command = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--plugin", "./toy.py", "--overwrite")
    result = cli.run(*command, *arguments, code=code)
    return result.stderr if code else result.stdout


def test_filters_apply_in_order(pool: Project) -> None:
    """Each filter gets what the one before it leaves: of 12 rows short leaves 10, of which one has the source y."""
    output = run(pool, "--filter", "short", "--filter", "shout", "--filter", "rare")
    assert [row["id"] for row in pool.dataset()] == [f"q{n}" for n in range(9)]
    assert {row["source"] for row in pool.dataset()} == {"X"}
    assert pool.manifest()["summary"]["left_out"] == {"filter short": 2, "filter rare": 1}
    assert pool.manifest()["summary"]["rows"] == 12
    assert "left out 2: filter short" in output
    run(pool, "--filter", "rare", "--filter", "short")  # three rows of y at first
    assert pool.manifest()["summary"]["left_out"] == {"filter short": 2}
    assert len(pool.dataset()) == 10


def test_the_saved_recipe_names_the_filters(pool: Project) -> None:
    """The recipe of the dataset pins filters and their options, and builds the same bytes again."""
    run(pool, "--filter", "short", "--filter", "shout", "--set", "short.limit=3", "-o", "one")
    recipe = pool.manifest("one")["recipe"]
    assert (recipe["filters"], recipe["options"]) == (["short", "shout"], {"short": {"limit": 3}})
    assert len(pool.dataset("one")) == 12
    pool.run("run", "one/recipe.toml", "--trust", "-o", "two", "--workers", "1")
    one, two = (pool.folder / name / "data/part-00000.parquet" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_what_no_filter_leaves(pool: Project) -> None:
    """Without any instruction left, the error counts what the filters left out."""
    error = run(pool, "--filter", "short", "--set", "short.limit=0", code=2)
    assert "no pair came out of 12 rows: 12 x filter short; check --filter, --scores" in error


@pytest.mark.parametrize(
    ("result", "fact"),
    [
        ("batch.to_pylist()", "a filter must return an Arrow record batch, got list"),
        ("batch.select(['id'])", "what a filter returns must have the schema id: string, prompt: "),
        ("pa.Table.from_batches([batch, batch]).combine_chunks().to_batches()[0]", "a filter must not add instructions: it got 12 and returned 24"),
        ("batch.set_column(3, zebra.POOL.field(3), pa.array([['x']] * len(batch)))", "a filter must return valid instructions: 3 models but 1 responses"),
        ("1 / 0", "it failed with ZeroDivisionError: division by zero (toy.py, line "),
    ],
)  # fmt: skip
def test_a_filter_that_breaks_its_contract_is_named(pool: Project, result: str, fact: str) -> None:
    """What is not a part of the batch ends the run, with the name of the filter."""
    pool.write("toy.py", TOY.replace("RESULT", result))
    error = run(pool, "--filter", "swap", code=2)
    assert f"Error: filter 'swap' of plugin 'toy': {fact}" in error


def test_what_prepared_returns_is_checked(pool: Project) -> None:
    """A filter whose `prepared` returns no filter is named."""
    pool.write("toy.py", TOY.replace("return Only(", "return len("))
    error = run(pool, "--filter", "rare", code=2)
    assert "filter 'rare' of plugin 'toy': `prepared` must return the filter to apply, got int" in error


def test_the_scope_global_sees_what_the_filters_leave(pool: Project) -> None:
    """The pair of the whole pool is one of models that still answer once the filters are applied: not a, which is taken out."""
    pool.write("toy.py", TOY.replace("RESULT", "zebra.Pool.from_rows([dict(row, models=['b', 'c'], responses=['1', '3']) for row in batch.to_pylist()]).parts[0].read().__next__()"))  # fmt: skip
    run(pool, "--strategy", "sup", "--scope", "global")
    assert {(row["chosen_model"], row["rejected_model"]) for row in pool.dataset()} == {("b", "a")}  # .857 over .5
    run(pool, "--strategy", "sup", "--scope", "global", "--filter", "swap")
    assert {(row["chosen_model"], row["rejected_model"]) for row in pool.dataset()} == {("b", "c")}


def test_a_batch_function_has_the_filters(pool: Project) -> None:
    """`zebra.batch_function` filters too, in another process as well; a filter that needs the pool is refused."""
    recipe = zebra.Recipe(scores=("scores.csv",), plugins=("./toy.py",), filters=("short",), pool="messages")
    pairs = zebra.batch_function(recipe)
    table = zebra.open_pool("pool.jsonl").parts[0].read()
    import pyarrow as pa

    rows = pairs(pa.Table.from_batches(list(table)))
    assert rows["id"].to_pylist() == [f"q{n}" for n in range(10)]
    assert pickle.loads(pickle.dumps(pairs.plan.filters[0].instance.limit)) == 2  # noqa: S301
    with pytest.raises(zebra.ZebraError, match="the filter 'dedup' needs the whole pool, and a batch is only a part"):
        zebra.batch_function(zebra.Recipe(filters=("dedup",)))


STORED = """
import pyarrow.parquet as pq
import zebra_core as zebra


@zebra.hookimpl
def zebra_pools():
    return {"stored": stored}


def stored(location):
    return zebra.Pool([zebra.Part("stored", lambda: iter(pq.read_table(location).to_batches(4)))])
"""


def test_places_are_those_of_this_reading(pool: Project) -> None:
    """No two batches have the same place, also if they come from a file that was written from batches with places."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    first = list(zebra.open_pool("pool.jsonl").batches())
    pq.write_table(pa.Table.from_batches(first), "pool.parquet")
    pool.write("stored.py", STORED)
    opened = zebra.open_pool("stored:pool.parquet", zebra.Recipe(plugins=("./stored.py",)))
    places = [zebra.place_of(batch) for batch in opened.batches()]
    assert places == [zebra.place_of(batch) for batch in opened.batches()] == [(0, 0), (0, 4), (0, 8)]
