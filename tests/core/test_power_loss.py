"""Whatever a loss of power leaves, the same command gives the right bytes, and a final name never has other ones."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from helpers.crash_replay import power_losses, record

from zebra_core.testing import Project

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace, which records system calls")

EVALUATOR = """
import zebra_core as zebra

@zebra.hookimpl
def zebra_evaluators():
    return {"size": size}

def size(model, output):
    return zebra.ScoreTable.from_rows([(model, {"MMLU": 50.0})], [zebra.Benchmark("MMLU")])
"""

TRAINER = """
import zebra_core as zebra

@zebra.hookimpl
def zebra_trainers():
    return {"toy": Toy}

class Toy:
    def __call__(self, dataset, model, output):
        (output / "model.bin").write_bytes(bytes(range(256)) * 40)
        return zebra.TrainingResult(rows=4, steps=1)
"""


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def recorded(project: Project, *arguments: str) -> tuple[Path, Path, list]:
    """Run `zebra` in a copy of the project. Return the folder before, the folder after, and the operations."""
    before, after = project.folder / "before", project.folder / "after"
    inputs = [path for path in project.folder.iterdir() if path.is_file()]
    for folder in (before, after):
        folder.mkdir()
        for path in inputs:
            shutil.copy(path, folder)
    return before, after, record([sys.executable, "-m", "zebra_core", *arguments], after, project.folder / "trace")


def test_a_build(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dataset of five shards: complete under its name, or built by the same command; nothing else is left."""
    zebra_cli.write("scores.csv", "model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,5\n")
    rows = [
        {
            "instruction": f"q{n}",
            "models": ["a", "b"],
            "completions": [{"model": m, "response": f"{m} {n}"} for m in "ab"],
        }
        for n in range(50)
    ]
    zebra_cli.write("pool.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    command = (
        "run",
        "--no-report",
        "--pool",
        "pool.jsonl",
        "--scores",
        "scores.csv",
        "--shard-rows",
        "10",
        "-o",
        "out",
    )
    before, after, operations = recorded(zebra_cli, *command)
    expected, resumed = files(after), 0
    for moment, folder in power_losses(operations, before, zebra_cli.folder, 80):
        monkeypatch.chdir(folder)
        if (folder / "out").exists():
            assert files(folder / "out") == files(after / "out"), f"after {moment} operations: {operations[moment - 1]}"
        else:
            resumed += "resuming an interrupted run" in zebra_cli.run(*command).stdout
            assert files(folder) == expected, f"after {moment} operations: {operations[moment - 1]}"
        monkeypatch.chdir(zebra_cli.folder)
    assert resumed


def test_a_row_of_a_table(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--add-to`: the table is the former one or the new one; with the former one the same command gives the new one."""
    zebra_cli.write("plugin.py", EVALUATOR)
    zebra_cli.write("table.csv", "model,MMLU\nfirst,0.25\n")
    command = ("evaluate", "m", "--evaluator", "size", "--plugin", "plugin.py", "-o", "out", "--add-to", "table.csv")
    before, after, operations = recorded(zebra_cli, *command)
    former, new = (folder / "table.csv" for folder in (before, after))
    seen = set()
    for moment, folder in power_losses(operations, before, zebra_cli.folder, 60):
        monkeypatch.chdir(folder)
        table = (folder / "table.csv").read_bytes()
        seen.add(table)
        assert table in (former.read_bytes(), new.read_bytes()), f"after {moment} operations"
        if table == former.read_bytes():
            zebra_cli.run(*command)
            assert (folder / "table.csv").read_bytes() == new.read_bytes()
        for line in (folder / "table.provenance.jsonl").read_text(encoding="utf-8").splitlines():
            assert json.loads(line)["model"] == "m"
        monkeypatch.chdir(zebra_cli.folder)
    assert len(seen) == 2


def test_a_training(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model's folder is complete under its name, or the same command trains it again."""
    zebra_cli.write("plugin.py", TRAINER)
    zebra_cli.write("data.jsonl", "{}\n")
    command = ("train", "data.jsonl", "--model", "m", "--trainer", "toy", "--plugin", "plugin.py", "-o", "out")
    before, after, operations = recorded(zebra_cli, *command)
    expected = files(after)
    complete = 0
    for moment, folder in power_losses(operations, before, zebra_cli.folder, 40):
        monkeypatch.chdir(folder)
        complete += (folder / "out").exists()
        if not (folder / "out").exists():
            zebra_cli.run(*command)
        assert files(folder / "out") == {
            n.removeprefix("out/"): b for n, b in expected.items() if n.startswith("out/")
        }, f"after {moment} operations"
        monkeypatch.chdir(zebra_cli.folder)
    assert complete
