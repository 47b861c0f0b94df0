"""After a loss of power at any step, the same command gives the right bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.power_loss import files, recorded, restore

import zebra_core as zebra
from zebra_core.scores.catalogue import BenchmarkIndex
from zebra_core.scores.csv_row import add_row
from zebra_core.testing import Project

ROWS = [{"instruction": f"question {n}", "scholar": f"long {n}", "parrot": f"short {n}"} for n in range(9)]


def build(strategy: str = "sup") -> None:
    """Build a dataset of three shards."""
    options = {"shard_rows": 3, "strategy": strategy}
    recipe = zebra.make_recipe({"pool": "pool", "scores": "demo", **options})
    zebra.prepare(recipe).write("pairs", overwrite=strategy != "sup", workers=1)


def test_a_build(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is no dataset, or the whole one; the same command completes it, and leaves nothing else."""
    for part in range(3):
        rows = ROWS[part * 3 : part * 3 + 3]
        zebra_cli.write(f"pool/{part}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    with recorded(zebra_cli.folder, monkeypatch) as disk:
        build()
    expected = files(zebra_cli.folder)
    assert len([name for name in expected if name.endswith(".parquet")]) == 3
    assert len(disk.states) > 60
    for state in disk.states:
        restore(state, zebra_cli.folder)
        if Path("pairs").exists():
            with pytest.raises(zebra.ZebraError, match="pairs exists already"):
                build()
        else:
            build()
        assert files(zebra_cli.folder) == expected


def test_a_dataset_that_is_replaced(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is the old one or the new one, whole, in its place or beside it; the same command gives the new one."""
    zebra_cli.write("pool.jsonl", "".join(json.dumps(row) + "\n" for row in ROWS))
    command = ("run", "--pool", "pool.jsonl", "--scores", "demo", "-o", "pairs", "--overwrite", "--strategy")
    zebra_cli.run(*command, "sup")
    old = files(Path("pairs"))
    with recorded(zebra_cli.folder, monkeypatch) as disk:
        zebra_cli.run(*command, "max-min", "--workers", "1")
    new = files(Path("pairs"))
    assert old != new
    for state in disk.states:
        restore(state, zebra_cli.folder)
        places = [
            Path(name) for name in ("pairs", "pairs.old", "pairs.partial") if Path(name, "manifest.json").is_file()
        ]
        assert any(files(place) in (old, new) for place in places)
        zebra_cli.run(*command, "max-min")
        assert files(Path("pairs")) == new
        assert {path.name for path in zebra_cli.folder.iterdir()} == {"pool.jsonl", "pairs"}


def test_a_row_that_is_added_to_a_table(
    zebra_cli: Project, monkeypatch: pytest.MonkeyPatch, index: BenchmarkIndex
) -> None:
    """What is left is the table with or without the row, never half of it; the same call adds the row once."""
    table = zebra_cli.write("scores.csv", "model,MMLU\na,1.0\n")
    with recorded(zebra_cli.folder, monkeypatch) as disk:
        add_row(table, "b", {"MMLU": 2.0}, index)
    assert len(disk.states) >= 5
    for state in disk.states:
        restore(state, zebra_cli.folder)
        assert table.read_text() in ("model,MMLU\na,1.0\n", "model,MMLU\na,1.0\nb,2.0\n")
        add_row(table, "b", {"MMLU": 2.0}, index, overwrite=True)
        assert table.read_text() == "model,MMLU\na,1.0\nb,2.0\n"
        assert [path.name for path in zebra_cli.folder.iterdir()] == ["scores.csv"]
