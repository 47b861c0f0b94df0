"""Observers of stages: what they receive, and what happens if one fails."""

from __future__ import annotations

import json
import re

import pytest
from helpers.generated import DOCS

from zebra_core.testing import Project

WATCH = """import zebra_core as zebra


def note(*words):
    with open("seen", "a") as file:
        print(*words, file=file)


@zebra.hookimpl
def zebra_stage_started(stage):
    note("started", stage)


@zebra.hookimpl
def zebra_stage_done(stage, result):
    note("done", stage, type(result).__name__)


@zebra.hookimpl
def zebra_stage_failed(stage, error):
    note("failed", stage, type(error).__name__)
"""


TRAINING = """

@zebra.hookimpl
def zebra_trainers():
    return {"toy": lambda dataset, model, output: (output / "made").touch()}


@zebra.hookimpl
def zebra_evaluators():
    return {"toy": lambda model, output: zebra.ScoreTable.from_rows([(model, {"MMLU": 1.0})], [zebra.Benchmark("MMLU")])}
"""


def seen(project: Project) -> list[str]:
    """Return what was noted since the last call."""
    path = project.folder / "seen"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def stages(*pairs: str) -> list[str]:
    """Return the notes of stages that succeed, each given as its name and the type of its result."""
    return [note for pair in pairs for note in (f"started {pair.split()[0]}", f"done {pair}")]


BUILD = stages("pool Pool", "scores ScoreTable", "behavior Behavior", "plan Plan")
COMMANDS = {
    "scores": (["scores", "--scores", "paper"], stages("scores ScoreTable")),
    "behavior": (["behavior", "--scores", "paper"], stages("scores ScoreTable", "behavior Behavior")),
    "alias": (["alias", "demo", "demo"], stages("alias str")),
    "compare": (
        ["compare", "--strategy", "sup", "--strategy", "sim"],
        ["started comparison", *BUILD, *BUILD, "done comparison dict"],
    ),
    "train": (["train", "zebra-dataset", "--model", "base", "-o", "out"], stages("training PosixPath")),
    "evaluate": (["evaluate", "base", "--evaluator", "toy"], stages("evaluation Evaluation")),
    "report": (["report", "zebra-dataset"], stages("report Dataset")),
    "export": (["export", "zebra-dataset", "--format", "jsonl", "-o", "out"], stages("export PosixPath")),
    "audit": (["audit", "zebra-dataset", "--judge", "labels.csv"], stages("audit dict")),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_notifies(zebra_cli: Project, name: str) -> None:
    """Each stage of a command is started and done, in this order."""
    zebra_cli.run("run")
    pairs = zebra_cli.dataset()
    lines = [f"{row['id']},{row['chosen_model']},{row['rejected_model']},{row['chosen_model']}" for row in pairs[:300]]
    zebra_cli.write("labels.csv", "\n".join(["id,model_a,model_b,winner", *lines]) + "\n")
    zebra_cli.write("base/config.json", "{}")
    zebra_cli.write("watch.py", WATCH + TRAINING)
    words, expected = COMMANDS[name]
    zebra_cli.run("--plugin", "watch.py", *words)
    assert seen(zebra_cli) == expected


def test_every_stage_is_documented() -> None:
    """The table of the hook `zebra_stage_done` has exactly the stages that the code notifies of."""
    root = DOCS.parent
    sources = [
        path.read_text(encoding="utf-8") for part in ("zebra_core", "plugins") for path in (root / part).rglob("*.py")
    ]
    names = {name for source in sources for name in re.findall(r"""\.stage\("(\w+)"\)""", source)}
    text = (root / "docs/reference/hooks.md").read_text(encoding="utf-8")
    section = text.partition("## `zebra_stage_done(")[2].partition("\n## ")[0]
    assert {*re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)} == names >= {"pool", "generation", "alias"}


def test_run_and_its_report(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`zebra run` ends with the summary, in which the report is written."""
    zebra_cli.write("watch.py", WATCH)
    monkeypatch.setenv("ZEBRA_REPORT", "1")
    zebra_cli.run("run", "--plugin", "watch")
    build = [*BUILD, *stages("dataset Dataset")]
    notes = seen(zebra_cli)
    assert notes[: len(build)] == build
    assert set(notes[len(build) :]) == {*stages("summary Dataset", "report Dataset")}


def test_a_stage_that_fails(zebra_cli: Project) -> None:
    """The stage in which a run fails is reported with its error."""
    zebra_cli.write("watch.py", WATCH)
    zebra_cli.run("run", "--plugin", "watch", "--scores", "none.csv", code=2)
    assert seen(zebra_cli) == [*stages("pool Pool"), "started scores", "failed scores ZebraError"]


@pytest.mark.parametrize("fault", ["1 / 0", "raise SystemExit(0)", "raise zebra.ZebraError('no')"])
def test_an_observer_that_fails(zebra_cli: Project, fault: str) -> None:
    """It is warned about once, with its plugin and the stage, and switched off; the run and its bytes are the same."""
    zebra_cli.run("run", "-o", "without")
    zebra_cli.write("bad.py", WATCH.replace('note("done"', f"{fault}\n    note('done'"))
    result = zebra_cli.run("run", "--plugin", "bad", "-o", "with")
    assert result.stderr.count("Warning: observer 'zebra_stage_done' of plugin 'bad'") == 1
    assert "at the stage 'pool'" in result.stderr
    assert seen(zebra_cli) == ["started pool"]
    shard = "data/part-00000.parquet"
    assert (zebra_cli.folder / "with" / shard).read_bytes() == (zebra_cli.folder / "without" / shard).read_bytes()


def test_observers_are_listed(zebra_cli: Project) -> None:
    """`zebra plugins` lists each observer with its plugin."""
    zebra_cli.write("watch.py", WATCH)
    rows = json.loads(zebra_cli.run("plugins", "--plugin", "watch", "--format", "json").stdout)
    names = {row["name"] for row in rows if row["kind"] == "observer" and row["plugin"] == "watch"}
    assert names == {"zebra_stage_started", "zebra_stage_done", "zebra_stage_failed"}
