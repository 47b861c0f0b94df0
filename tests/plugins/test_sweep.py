"""Grids: cells, keys, and a sweep that is killed; needs the train extra to train."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import zebra_core as zebra
from zebra_core.sweep import Evaluating, cells_of
from zebra_core.testing import Project

RECIPE = """
strategy = ["sup", "random"]
trainer = ["dpo", "simpo"]
model = "tiny"

[options.dpo]
max_steps = 2
held_out = 0

[options.simpo]
max_steps = 2
held_out = 0
"""


NOWHERE = Evaluating(pairs="nowhere")


def test_cells() -> None:
    """Lists multiply; a cell's key changes with whatever goes into it, its dataset's folder only with what the dataset is made of."""
    values: dict[str, Any] = {
        "strategy": ["sup", "sup+sim"],
        "trainer": ["sft", "dpo"],
        "model": "tiny",
        "min_gap": [0, 0.2],
    }
    values |= {"options": {"dpo": {"beta": 0.2}, "sft": {}, "rbf": {"gamma": 1}}}
    cells = cells_of(values, NOWHERE)
    assert len(cells) == 8
    assert len({cell.key for cell in cells}) == 8
    assert cells[0].name == f"sup_sft_0_{cells[0].key[:8]}"
    trainers = ("sft", "dpo")
    assert len({json.dumps(cell.dataset_values(trainers)) for cell in cells}) == 4
    assert cells[0].dataset_values(trainers)["options"] == {"rbf": {"gamma": 1}}
    assert cells[2].training_values() == {"trainer": "dpo", "model": "tiny", "options": {"dpo": {"beta": 0.2}}}
    assert {cell.key for cell in cells_of(values | {"seed": 1}, NOWHERE)}.isdisjoint(cell.key for cell in cells)
    seeded = cells_of({**values, "seed": [0, 1]}, NOWHERE)
    assert [cell.training_values()["options"]["sft"] for cell in seeded[:2]] == [{"seed": 0}, {"seed": 1}]


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        ('strategy = "sup"\nmodel = "tiny"\n', "the recipe has no list, so there is nothing to sweep over"),
        ('strategy = ["sup", "sim"]\n', "the recipe names no model to train"),
        ('strategy = ["sup", 3]\nmodel = "tiny"\n', "expected str, got 3"),
        ('strateg = ["sup"]\nseed = [1, 2]\nmodel = "tiny"\n', "did you mean 'strategy'?"),
    ],
)
def test_mistakes(zebra_cli: Project, recipe: str, told: str) -> None:
    """One line, and nothing is written."""
    zebra_cli.write("sweep.toml", recipe)
    assert told in zebra_cli.run("sweep", "sweep.toml", "--pairs", "x", code=2).stderr
    assert {path.name for path in zebra_cli.folder.iterdir()} == {"sweep.toml"}


@pytest.fixture
def ready(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A recipe of four cells, and pairs to evaluate on."""
    pytest.importorskip("trl")
    for name, value in {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
        monkeypatch.setenv(name, value)
    zebra_cli.write("sweep.toml", RECIPE)
    zebra_cli.run("run", "--strategy", "delta", "-o", "pairs")
    return zebra_cli


def sweep(output: str) -> list[str]:
    """Return the command line."""
    return [sys.executable, "-m", "zebra_core", "sweep", "sweep.toml", "--pairs", "pairs", "-o", output, "--jobs", "2"]


def tables(folder: Path) -> dict[str, str]:
    """Return the tables of a finished sweep."""
    return {path.name: path.read_text() for path in folder.glob("*.csv")}


@pytest.mark.train
def test_killed_and_rerun(ready: Project) -> None:
    """Killed three times, with all its processes, a sweep of four cells ends with the same tables, and no finished cell runs again."""
    done = subprocess.run(sweep("whole"), check=True, capture_output=True, text=True)
    assert done.stdout.count(": finished") == 4
    assert {"cells.csv", "means.csv", "differences.csv"} == {*tables(ready.folder / "whole")}
    cells = ready.folder / "killed/cells"
    for kill in range(3):
        process = subprocess.Popen(
            sweep("killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while process.poll() is None and len([*cells.glob("*/cell.json")]) <= kill:
            time.sleep(0.05)
        time.sleep(0.7 * kill)
        zebra_kill(process)
    before = {path: path.stat().st_mtime_ns for path in cells.glob("*/cell.json")}
    last = subprocess.run(sweep("killed"), check=True, capture_output=True, text=True)
    assert f"4 cells, {len(before)} of them finished" in last.stdout
    assert last.stdout.count(": finished") == 4 - len(before)
    assert all(path.stat().st_mtime_ns == written for path, written in before.items())
    assert tables(ready.folder / "killed") == tables(ready.folder / "whole")
    dry = subprocess.run([*sweep("killed"), "--dry-run"], check=True, capture_output=True, text=True)
    assert dry.stdout.count(": finished") == 4


def zebra_kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a sweep and all that it started."""
    import os

    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.train
def test_a_cell_that_fails(ready: Project) -> None:
    """The others are kept and their table is printed; the message says which failed and why."""
    recipe = (
        'strategy = ["sup", "sim"]\nmodel = "tiny"\nmin_gap = [0, 0.99]\n[options.dpo]\nmax_steps = 1\nheld_out = 0\n'
    )
    ready.write("sweep.toml", recipe)
    done = subprocess.run(sweep("out"), check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "2 of 4 cells failed (sup_0.99_" in done.stderr
    assert "not one pair came out" in done.stderr
    assert (ready.folder / "out/cells.csv").read_text().count("\n") == 3
    shutil.rmtree(ready.folder / "out")


def test_the_recipe_is_one(plugins: zebra.Plugins) -> None:
    """Every component that a sweep needs is built in."""
    assert plugins.has("evaluator", "pairs")
    assert plugins.has("model", "tiny")
