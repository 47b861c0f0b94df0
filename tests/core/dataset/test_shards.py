"""Shards: the same pairs in any number of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.small_pool import ARGUMENTS, SCORES, files, rows, write

from zebra_core.testing import Project


def test_one_worker_and_many_give_the_same_bytes(zebra_cli: Project) -> None:
    """A folder of several files gives the same dataset for any number of workers."""
    for part in range(5):
        write(zebra_cli, rows()[part * 8 : part * 8 + 8], f"pool/{part}.jsonl")
    for workers in ("1", "2", "4"):
        zebra_cli.run("run", "--pool", "pool", "--scores", "scores.csv", "--workers", workers, "-o", f"out{workers}")
    one, two, four = (files(zebra_cli.folder / f"out{workers}") for workers in "124")
    assert len([name for name in one if name.startswith("data/")]) == 5
    assert one == two == four


def test_row_groups_become_shards(zebra_cli: Project) -> None:
    """A parquet file is built in ranges of row groups; the pairs are those of one shard, and errors have the row of the file."""
    table = pa.Table.from_pylist(rows(200))
    zebra_cli.write("scores.csv", SCORES)
    pq.write_table(pa.concat_tables([table] * 200), zebra_cli.folder / "pool.parquet", row_group_size=1000)
    command = ("run", "--pool", "pool.parquet", "--scores", "scores.csv")
    zebra_cli.run(*command, "-o", "many")
    zebra_cli.run(*command, "-o", "one", "--shard-rows", "1000000")
    zebra_cli.run(*command, "-o", "plain", "--compression", "none")
    shards = [[shard["name"] for shard in zebra_cli.manifest(name)["shards"]] for name in ("many", "one")]
    assert shards == [[f"part-0000{n}.parquet" for n in range(3)], ["part-00000.parquet"]]  # 40,000 rows by 16,000
    assert zebra_cli.dataset("many") == zebra_cli.dataset("one") == zebra_cli.dataset("plain")
    bad = pa.Table.from_pylist([{**rows(1)[0], "models": ["a", "z", "b"]}], table.schema)
    pq.write_table(
        pa.concat_tables([*[table] * 150, bad, table]), zebra_cli.folder / "pool.parquet", row_group_size=1000
    )
    assert "pool.parquet, row 30001: `models`" in zebra_cli.run(*command, "-o", "x", "--strict", code=2).stderr


def test_columns_of_a_pair(zebra_cli: Project) -> None:
    """A row has messages, models, and their numbers: x and y normalised are a (1, 1/9), b (.8, 1)."""
    write(
        zebra_cli, [rows()[0] | {"models": ["a", "b"], "completions": [{"model": m, "response": m * 3} for m in "ba"]}]
    )
    zebra_cli.run(*ARGUMENTS)
    (row,) = zebra_cli.dataset()
    assert row["prompt"] == [{"role": "user", "content": "question 0"}]
    assert row["chosen"] == [{"role": "assistant", "content": "bbb"}]
    assert row["rejected"] == [{"role": "assistant", "content": "aaa"}]
    assert (row["chosen_model"], row["rejected_model"], row["source"]) == ("b", "a", "test")
    assert row["margin"] == pytest.approx(0.9 - 5 / 9)
    assert row["similarity"] == pytest.approx((0.8 + 1 / 9) / ((1 + 1 / 81) ** 0.5 * (0.64 + 1) ** 0.5))
    assert row["confidence"] == pytest.approx(1 / (1 + np.exp(-3.5 * row["margin"])))
