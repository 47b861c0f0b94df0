"""What is drawn, so that more models meet: fewer candidates, a temperature, a limit to the share of a pair of models."""

from __future__ import annotations

from itertools import combinations
from math import exp, sqrt
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.crowded import COMMAND, MODELS, crowd, models_of, write
from helpers.pick import row, run

import zebra_core as zebra
from zebra_core.testing import Project

SPREAD = [
    ("--candidates", "4"),
    ("--temperature", "2"),
    ("--max-share", "0.05"),
    ("--candidates", "5", "--temperature", "0.5", "--max-share", "0.1", "--pairs", "2"),
]


def build(cli: Project, *arguments: str, pool: str = "pool.jsonl") -> list[dict[str, Any]]:
    """Build a dataset in `out` and return its rows."""
    cli.run(*COMMAND, "--pool", pool, *arguments, "-o", "out")
    return cli.dataset("out")


def test_a_crowded_pool_collapses_unless_candidates_are_drawn(zebra_cli: Project) -> None:
    """Twelve models that answered everything give one pair of models, and more than 20 with the flag that the run names."""
    write(zebra_cli, crowd())
    output = zebra_cli.run(*COMMAND, "--pool", "pool.jsonl", "--strategy", "sup", "-o", "out").stdout
    assert models_of(zebra_cli.dataset("out")) == {"ab": 1000}
    assert "one pair of models makes up 100% of the data: a over b; --candidates 4 draws four of the" in output
    drawn = build(zebra_cli, "--strategy", "sup", "--candidates", "4")
    assert len(models_of(drawn)) > 20
    assert len(drawn) == 1000
    assert all(note.startswith("--threshold") for note in zebra_cli.manifest("out")["remarks"])


@pytest.mark.parametrize("strategy", ["sup", "sim", "consistent", "random"])
def test_drawn_candidates_are_even(zebra_cli: Project, strategy: str) -> None:
    """Two of the four models are drawn: each of the 6 pairs for 500 of 3,000 instructions, 5 standard deviations are 102."""
    pairs = run(zebra_cli, [row(number) for number in range(3000)], "--strategy", strategy, "--candidates", "2")
    counts = np.unique([better + worse for _, better, worse in pairs], return_counts=True)[1]
    assert len(counts) == 6
    assert abs(counts - 500).max() < 102  # sd = sqrt(3000 x 1/6 x 5/6) = 20.4


def test_fewer_answers_than_candidates_are_all_kept(zebra_cli: Project) -> None:
    """An instruction with no more models than are to be drawn keeps them all."""
    rows = [row(number, models) for number, models in enumerate(["ab", "abc", "abcd"])]
    assert run(zebra_cli, rows, "--candidates", "4") == run(zebra_cli, rows)


def test_a_temperature_samples_by_rank(zebra_cli: Project) -> None:
    """Of a, b and c, `sup` ranks ab, ac, bc: at temperature 1 their weights are 1, 1/e and 1/e^2, so .665, .245, .090 of the rows."""
    rows = [row(number, "abc") for number in range(4000)]
    pairs = run(zebra_cli, rows, "--strategy", "sup", "--temperature", "1")
    total = 1 + exp(-1) + exp(-2)
    for rank, name in enumerate(["ab", "ac", "bc"]):
        share = exp(-rank) / total
        count = sum(better + worse == name for _, better, worse in pairs)
        assert abs(count - 4000 * share) < 5 * sqrt(4000 * share * (1 - share))


def test_equally_desirable_pairs_share_a_rank(zebra_cli: Project) -> None:
    """With a per-instruction strategy of two values, all pairs of the higher one are drawn evenly, however low the temperature."""
    zebra_cli.write("flat.py", FLAT)
    arguments = ("--plugin", "./flat.py", "--strategy", "flat", "--temperature", "0.01")
    pairs = run(zebra_cli, [row(number) for number in range(3000)], *arguments)
    counts = np.unique([better + worse for _, better, worse in pairs], return_counts=True)[1]
    assert len(counts) == 6
    assert abs(counts - 500).max() < 102


FLAT = """
import numpy as np
import zebra_core as zebra

@zebra.hookimpl
def zebra_strategies():
    return {"flat": lambda behavior: np.zeros_like(behavior.similarity)}
"""


def test_a_share_is_a_limit(zebra_cli: Project) -> None:
    """A twentieth each: the 20 pairs that `sup` wants most have 50 of 1,000 rows each, a over the 11 others, b over the next 9."""
    write(zebra_cli, crowd())
    counts = models_of(build(zebra_cli, "--strategy", "sup", "--max-share", "0.05"))
    expected = [better + worse for better, worse in combinations(MODELS, 2)][:20]
    assert counts == dict.fromkeys(expected, 50)


def test_a_share_that_cannot_be_reached(zebra_cli: Project) -> None:
    """66 pairs of models with a hundredth each make up .66 of the rows; the others are left out, and counted."""
    write(zebra_cli, crowd())
    assert {*models_of(build(zebra_cli, "--strategy", "sup", "--max-share", "0.01")).values()} == {10}
    reason = "every pair of models that it could give has reached its share"
    assert zebra_cli.manifest("out")["summary"]["left_out"] == {reason: 340}


def test_a_share_of_a_larger_pool_is_estimated(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits of 1,000 of 4,000 instructions keep each pair to a tenth, with 5 standard deviations of both samples."""
    monkeypatch.setattr("zebra_core.pairing.shares.MOST_ROWS", 1000)
    write(zebra_cli, crowd(4000))
    rows = build(zebra_cli, "--max-share", "0.1")
    shares = np.array([*models_of(rows).values()]) / 4000
    assert shares.max() < 0.1 + 5 * sqrt(0.1 * 0.9 / 1000)
    assert len(shares) >= 10
    assert build(zebra_cli, "--max-share", "0.1", "--shard-rows", "300") == rows


@pytest.mark.parametrize("arguments", SPREAD, ids=" ".join)
def test_the_same_rows_however_the_pool_is_divided(zebra_cli: Project, arguments: tuple[str, ...]) -> None:
    """Workers, shards, files, and the order of rows and of responses change no pair."""
    rows = crowd(600)
    write(zebra_cli, rows)
    pairs = build(zebra_cli, *arguments)
    assert len(models_of(pairs)) >= 10
    data = (zebra_cli.folder / "out/data/part-00000.parquet").read_bytes()
    table = pa.Table.from_pylist(rows)
    (zebra_cli.folder / "files").mkdir()
    for start in range(0, 600, 150):
        pq.write_table(table.slice(start, 150), zebra_cli.folder / f"files/{start:03}.parquet", row_group_size=70)
    for workers in ("1", "2", "4"):
        assert build(zebra_cli, *arguments, "--workers", workers, "--shard-rows", "100", pool="files") == pairs
    build(zebra_cli, *arguments, "--workers", "2")
    assert (zebra_cli.folder / "out/data/part-00000.parquet").read_bytes() == data
    order = np.random.default_rng(0).permutation(600)
    turned = [{**rows[k], "models": rows[k]["models"][::-1], "responses": rows[k]["responses"][::-1]} for k in order]
    write(zebra_cli, turned, "turned.jsonl")
    assert sorted(map(str, build(zebra_cli, *arguments, pool="turned.jsonl"))) == sorted(map(str, pairs))
    assert build(zebra_cli, *arguments, "--seed", "1") != pairs


def test_datasets_map_draws_the_same(zebra_cli: Project) -> None:
    """`datasets.map`, in batches of any size, gives the rows of `zebra run`; a share needs the pool, and is refused."""
    import datasets

    write(zebra_cli, crowd(200))
    rows = build(zebra_cli, "--candidates", "4", "--temperature", "1", "--length-ratio", "2")
    recipe = zebra.Recipe(scores=("scores.csv",), threshold=0, candidates=4, temperature=1, length_ratio=2)
    source = datasets.load_dataset("json", data_files="pool.jsonl", split="train", cache_dir="cache")
    for size in (7, 200):
        mapped = source.with_format("arrow").map(
            zebra.batch_function(recipe), batched=True, batch_size=size, remove_columns=source.column_names
        )
        assert [row for table in mapped.iter(50) for row in table.to_pylist()] == rows
    with pytest.raises(
        zebra.ZebraError, match="max_share needs the whole pool, and a batch is only a part; use `zebra"
    ):
        zebra.batch_function(zebra.Recipe(scores=("scores.csv",), max_share=0.1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--candidates", "1"), "--candidates must be at least 2, or 0 for all: 1"),
        (("--temperature", "-1"), "--temperature must be a number of at least 0: -1"),
        (("--max-share", "0"), "--max-share must be above 0 and at most 1: 0"),
        (("--length-ratio", "0.9"), "--length-ratio must be at least 1, or 0 for no limit: 0.9"),
        (("--scope", "global", "--candidates", "4"), "so --candidates cannot spread the pairs; leave one of them out"),
    ],
    ids=str,
)
def test_a_value_without_a_meaning(zebra_cli: Project, arguments: tuple[str, ...], message: str) -> None:
    """Each value out of range ends with one line of error."""
    assert message in zebra_cli.run("run", *arguments, code=2).stderr
