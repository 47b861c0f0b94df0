"""A model as a new row of a score table."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.evaluation import add_row
from zebra_core.testing import Project

SIZE = """
import zebra_core as zebra

@zebra.hookimpl
def zebra_evaluators():
    return {"size": size}

def size(model, output):
    (output / "more.txt").write_text("seen")
    return zebra.ScoreTable.from_rows([(model, {"MMLU": 50.0, "GSM8K": 20.5})], [zebra.Benchmark("MMLU"), zebra.Benchmark("GSM8K")])
"""


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    return list(csv.DictReader(path.read_text().splitlines()))


def test_a_row_is_added(tmp_path: Path) -> None:
    """Columns that a table lacks are added, cells that a model lacks are empty, and what was there stays as it was."""
    path = tmp_path / "scores.csv"
    add_row(path, "a", {"MMLU": 60.25})
    add_row(path, "b", {"GSM8K": 1 / 3})
    assert path.read_text() == "model,MMLU,GSM8K\na,60.25,\nb,,0.3333333333333333\n"
    with pytest.raises(
        zebra.ZebraError, match="has the model 'a' already; say --overwrite to replace it, or --name another"
    ):
        add_row(path, "a", {"MMLU": 1})
    add_row(path, "a", {"GSM8K": 5.0}, overwrite=True)
    assert rows(path) == [
        {"model": "b", "MMLU": "", "GSM8K": "0.3333333333333333"},
        {"model": "a", "MMLU": "60.25", "GSM8K": "5.0"},
    ]
    path.write_text("model,MMLU\na,1,2\n")
    with pytest.raises(zebra.ZebraError, match="is no table of scores"):
        add_row(path, "c", {"MMLU": 1})
    assert path.read_text() == "model,MMLU\na,1,2\n"


def test_the_next_round_reads_it(zebra_cli: Project) -> None:
    """`--add-to` a leaderboard, and `zebra behavior` shows the new model among its relatives; where it came from is beside."""
    zebra_cli.write("size.py", SIZE)
    zebra_cli.write("scores.csv", "name,MMLU,GSM8K\nold,70,40\nolder,30,10\n")
    (zebra_cli.folder / "mine").mkdir()
    zebra_cli.run("evaluate", "mine", "--plugin", "size", "--evaluator", "size", "--add-to", "scores.csv")
    assert rows(zebra_cli.folder / "scores.csv")[2] == {"name": "mine", "MMLU": "50.0", "GSM8K": "20.5"}
    assert "mine" in zebra_cli.run("behavior", "--scores", "scores.csv").stdout
    told = json.loads((zebra_cli.folder / "scores.provenance.jsonl").read_text())
    assert (told["model"], told["evaluator"], told["scores"]) == ("mine", "size", {"MMLU": 50.0, "GSM8K": 20.5})
    assert {path.name for path in (zebra_cli.folder / "mine-evaluation").iterdir()} == {"more.txt", "scores.json"}
    assert zebra.read_scores("mine-evaluation/scores.json").values.tolist() == [[50.0, 20.5]]
    assert (
        "say what to measure: --pairs DATASET, or --evaluator NAME" in zebra_cli.run("evaluate", "mine", code=2).stderr
    )
    assert "did you mean 'pairs'?" in zebra_cli.run("evaluate", "mine", "--evaluator", "pair", code=2).stderr
