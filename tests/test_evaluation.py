"""A model as a new row of a score table."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.recipe.inputs import benchmark_index
from zebra_core.recipe.resolve import Resolver
from zebra_core.scores.catalogue import BenchmarkIndex
from zebra_core.scores.csv_row import add_row
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


@pytest.fixture(scope="module")
def known(plugins: zebra.Plugins) -> BenchmarkIndex:
    """What the built-in catalogues know."""
    return benchmark_index(Resolver(zebra.Recipe(), plugins))


def test_a_row_is_added(tmp_path: Path, known: BenchmarkIndex) -> None:
    """Columns that a table lacks are added, cells that a model lacks are empty, and what was there stays as it was."""
    path = tmp_path / "scores.csv"
    add_row(path, "a", {"MMLU": 60.25}, known)
    add_row(path, "b", {"GSM8K": 100 / 3}, known)
    assert path.read_text() == "model,MMLU,GSM8K\na,60.25,\nb,,33.333333333333336\n"
    with pytest.raises(
        zebra.ZebraError,
        match="already has the model 'a'; add --overwrite to replace its scores, or --name to choose another name",
    ):
        add_row(path, "a", {"MMLU": 1}, known)
    add_row(path, "a", {"GSM8K": 5.0}, known, overwrite=True)
    assert rows(path) == [
        {"model": "b", "MMLU": "", "GSM8K": "33.333333333333336"},
        {"model": "a", "MMLU": "60.25", "GSM8K": "5.0"},
    ]
    path.write_text("")
    with pytest.raises(zebra.ZebraError, match=r"cannot read the table .*: it is empty"):
        add_row(path, "c", {"MMLU": 1}, known)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("model,MMLU\na,1,2\n", "a column appears twice, or a row is longer or shorter than the header"),
        ("model,MMLU,MMLU\na,1,2\n", "a column appears twice"),
        ("model\tMMLU\na\t1\n", "it must be a .csv file, new or not, in an existing folder"),
        (
            "model,benchmark,score\na,MMLU,1\na,GSM8K,2\n",
            "with one row per model, its name in the first column",
        ),
        ("rank,model,MMLU\n1,a,60\n2,b,50\n", "with one row per model, its name in the first column"),
        ("model,MMLU\n m ,60\n", "already has the model 'm'"),
    ],
)
def test_what_is_no_table_stays(tmp_path: Path, known: BenchmarkIndex, text: str, told: str) -> None:
    """A file that a row cannot be added to is told, and stays as it was, to the byte."""
    path = tmp_path / ("scores.tsv" if "\t" in text else "scores.csv")
    path.write_text(text)
    with pytest.raises(zebra.ZebraError, match=told):
        add_row(path, "m", {"MMLU": 1}, known)
    assert path.read_text() == text


def test_cells_stay_as_they_are(tmp_path: Path, known: BenchmarkIndex) -> None:
    """Quoted line breaks, and percent signs, which the new row has too where its column has."""
    path = tmp_path / "scores.csv"
    path.write_text('model,MMLU,note\na,61.5%,"two\nlines"\n')
    add_row(path, "b", {"MMLU": 50.0}, known)
    assert path.read_text() == 'model,MMLU,note\na,61.5%,"two\nlines"\nb,50.0%,\n'
    assert zebra.read_scores(str(path)).values.tolist() == [[61.5], [50.0]]
    with pytest.raises(zebra.ZebraError, match="in an existing folder"):
        add_row(tmp_path / "nowhere/scores.csv", "b", {"MMLU": 50.0}, known)


def test_the_column_is_found(tmp_path: Path, known: BenchmarkIndex) -> None:
    """A score goes into the column of another spelling, in that column's unit: .35 among fractions, 35 among percent."""
    path = tmp_path / "scores.csv"
    path.write_text("name,arc-e (0-shot),MMLU-Pro,speed\na,0.4,10.5,3\nb,-,50.5,4\n")
    add_row(path, "mine", {"ARC-Easy": 35.0, "MMLU-Pro": 35.0, "speed": 0.5}, known)
    assert rows(path)[2] == {"name": "mine", "arc-e (0-shot)": "0.35", "MMLU-Pro": "35.0", "speed": "0.5"}


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
    """What an evaluator writes is read by the score source that knows it, named and scaled as the catalogues have it."""
    zebra_cli.write("results.py", RESULTS)
    zebra_cli.write("size.py", SIZE)
    both = ("--plugin", "results", "--plugin", "size", "--evaluator", "results", "--evaluator", "size")
    told = zebra_cli.run("evaluate", "mine", *both, "--add-to", "scores.csv").stdout
    assert "ARC-Easy                                 35.0000 ± 1.0000" in told
    assert rows(zebra_cli.folder / "scores.csv") == [
        {"model": "mine", "ARC-Easy": "35.0", "MMLU": "50.0", "GSM8K": "20.5"}
    ]
    shutil.rmtree("mine-evaluation")
    told = zebra_cli.run("evaluate", "mine", *both, "--add-to", "scores.csv", code=2).stderr
    assert "scores.csv already has the model 'mine'; add --overwrite" in told
    assert not Path("mine-evaluation").exists()
    first, second = map(json.loads, (zebra_cli.folder / "scores.provenance.jsonl").read_text().splitlines())
    assert (first["depends on"], first["results"]) == ({"from": "results_1.json"}, "mine-evaluation/results_1.json")
    assert second["scores"] == {"MMLU": 50.0, "GSM8K": 20.5}


@pytest.mark.parametrize(
    ("words", "told"),
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
def test_nothing_is_left(zebra_cli: Project, words: tuple[str, ...], told: str) -> None:
    """A check, or an evaluator that does not keep to its contract, is one line, and no folder stays behind."""
    zebra_cli.write("results.py", RESULTS)
    assert told in zebra_cli.run("evaluate", *words, "--plugin", "results", "--add-to", "scores.csv", code=2).stderr
    assert {path.name for path in zebra_cli.folder.iterdir()} <= {"results.py", "__pycache__", "odd-evaluation"}


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
        "no evaluator is requested; add --tasks, --pairs, --evaluator NAME"
        in zebra_cli.run("evaluate", "mine", code=2).stderr
    )
    assert "did you mean 'pairs'?" in zebra_cli.run("evaluate", "mine", "--evaluator", "pair", code=2).stderr
