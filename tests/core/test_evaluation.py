"""A model as a new row of a score table."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from helpers.score_tables import rows

import zebra_core as zebra
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


RESULTS = """
import json
import zebra_core as zebra

@zebra.hookimpl
def zebra_evaluators():
    return {"results": Results, "two": two}

class Results:
    def __call__(self, model, output):
        held = {"results": {"zebra_arc_easy": {"exact_match,letter": 0.35, "exact_match_stderr,letter": 0.01}}, "versions": {"zebra_arc_easy": 1}}
        if model == "odd":
            held["results"] = {"zebra_arc_easy": {"this,none": 0.35, "that,none": 0.01}}
        path = output / "results_1.json"
        path.write_text(json.dumps(held))
        return path

    def check(self, model):
        if model == "bad":
            raise zebra.ZebraError("this model will not do")

    def provenance(self, found):
        return {"from": found.name}

def two(model, output):
    return zebra.ScoreTable.from_rows([("a", {"MMLU": 50.0}), ("b", {"MMLU": 60.0})], [zebra.Benchmark("MMLU")])
"""


def test_a_results_file_is_read(zebra_cli: Project) -> None:
    """The score source that recognises an evaluator's file reads it, named and scaled as in the catalogues."""
    zebra_cli.write("results.py", RESULTS)
    zebra_cli.write("size.py", SIZE)
    both = ("--plugin", "results", "--plugin", "size", "--evaluator", "results", "--evaluator", "size")
    message = zebra_cli.run("evaluate", "mine", *both, "--add-to", "scores.csv").stdout
    assert "ARC-Easy                                 35.0000 ± 1.0000" in message
    assert rows(zebra_cli.folder / "scores.csv") == [
        {"model": "mine", "ARC-Easy": "35.0", "MMLU": "50.0", "GSM8K": "20.5"}
    ]
    shutil.rmtree("mine-evaluation")
    message = zebra_cli.run("evaluate", "mine", *both, "--add-to", "scores.csv", code=2).stderr
    assert "scores.csv already has the model 'mine'; add --overwrite" in message
    assert not Path("mine-evaluation").exists()
    first, second = map(json.loads, (zebra_cli.folder / "scores.provenance.jsonl").read_text().splitlines())
    assert (first["depends on"], first["results"]) == ({"from": "results_1.json"}, "mine-evaluation/results_1.json")
    assert second["scores"] == {"MMLU": 50.0, "GSM8K": 20.5}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("bad", "--evaluator", "results"), "this model will not do"),
        (("m", "--evaluator", "two"), "it must return a ScoreTable of one model, or the Path of one, got one of 2"),
        (
            ("odd", "--evaluator", "results"),
            "left out the benchmark 'zebra_arc_easy': no model has it); see odd-evaluation",
        ),
        (("m", "--evaluator", "two", "--set", "pairs.base=x"), "but the evaluator 'pairs' is not requested"),
    ],
)
def test_nothing_is_left(zebra_cli: Project, words: tuple[str, ...], message: str) -> None:
    """A failing check, or an evaluator that breaks its contract, is one line, and leaves no folder."""
    zebra_cli.write("results.py", RESULTS)
    assert message in zebra_cli.run("evaluate", *words, "--plugin", "results", "--add-to", "scores.csv", code=2).stderr
    assert {path.name for path in zebra_cli.folder.iterdir()} <= {"results.py", "__pycache__", "odd-evaluation"}


def test_the_next_round_reads_it(zebra_cli: Project) -> None:
    """After `--add-to` a leaderboard, `zebra behavior` shows the new model, and its provenance is next to the table."""
    zebra_cli.write("size.py", SIZE)
    zebra_cli.write("scores.csv", "name,MMLU,GSM8K\nold,70,40\nolder,30,10\n")
    (zebra_cli.folder / "mine").mkdir()
    zebra_cli.run("evaluate", "mine", "--plugin", "size", "--evaluator", "size", "--add-to", "scores.csv")
    assert rows(zebra_cli.folder / "scores.csv")[2] == {"name": "mine", "MMLU": "50.0", "GSM8K": "20.5"}
    assert "mine" in zebra_cli.run("behavior", "--scores", "scores.csv").stdout
    message = json.loads((zebra_cli.folder / "scores.provenance.jsonl").read_text())
    assert (message["model"], message["evaluator"], message["scores"]) == (
        "mine",
        "size",
        {"MMLU": 50.0, "GSM8K": 20.5},
    )
    assert {path.name for path in (zebra_cli.folder / "mine-evaluation").iterdir()} == {
        "more.txt",
        "scores.json",
        "every_eval_ever.json",
    }
    assert zebra.read_scores("mine-evaluation/scores.json").values.tolist() == [[50.0, 20.5]]
    assert (
        "no evaluator is requested; add --tasks, --pairs, --evaluator NAME"
        in zebra_cli.run("evaluate", "mine", code=2).stderr
    )
    assert "did you mean 'pairs'?" in zebra_cli.run("evaluate", "mine", "--evaluator", "pair", code=2).stderr
