"""`zebra sweep`."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from helpers.sweeps import sweep

import zebra_core as zebra
from zebra_core.testing import Project

RECIPE = """
strategy = ["sup", "sim", "random"]
model = "tiny"

[options.dpo]
max_steps = 2
held_out = 0
"""


@pytest.fixture
def ready(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A recipe of three cells, and pairs to evaluate on."""
    for name, value in {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
        monkeypatch.setenv(name, value)
    zebra_cli.write("sweep.toml", RECIPE)
    zebra_cli.run("run", "--strategy", "delta", "-o", "pairs")
    return zebra_cli


def tables(folder: Path) -> dict[str, str]:
    """Return the tables of a finished sweep."""
    return {path.name: path.read_text() for path in folder.glob("*.csv")}


@pytest.mark.train
def test_killed_and_rerun(ready: Project) -> None:
    """Killed twice, with all its processes, a sweep of three cells ends with the same tables, and no finished cell runs again."""
    done = subprocess.run(sweep("whole"), check=True, capture_output=True, text=True)
    assert done.stdout.count(": finished") == 3
    assert {"cells.csv", "means.csv"} == {*tables(ready.folder / "whole")}
    cells = ready.folder / "killed/cells"
    for kill in range(2):
        process = subprocess.Popen(
            sweep("killed"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while process.poll() is None and len([*cells.glob("*/cell.json")]) <= kill:
            time.sleep(0.05)
        time.sleep(0.7 * kill)
        zebra_kill(process)
    before = {path: path.stat().st_mtime_ns for path in cells.glob("*/cell.json")}
    last = subprocess.run(sweep("killed"), check=True, capture_output=True, text=True)
    assert f"3 cells, {len(before)} of them finished" in last.stdout
    assert last.stdout.count(": finished") == 3 - len(before)
    assert all(path.stat().st_mtime_ns == written for path, written in before.items())
    assert tables(ready.folder / "killed") == tables(ready.folder / "whole")
    dry = subprocess.run([*sweep("killed"), "--dry-run"], check=True, capture_output=True, text=True).stdout
    assert [line.split()[1:] for line in dry.splitlines() if line.startswith("sup")] == [["600", "2", "finished"]]


@pytest.mark.train
def test_checked_before_anything_runs(ready: Project) -> None:
    """An unknown option of the trainer or an evaluator, and a missing model, are errors before a dataset is built."""
    for line, message in (
        ("[options.dpo]\nbet = 1\n", "did you mean 'beta'?"),
        ("[options.pairs]\nbatch = 1\n", "did you mean 'batch_size'?"),
    ):
        ready.write("sweep.toml", f'strategy = ["sup", "sim"]\nmodel = "tiny"\n{line}')
        assert message in ready.run("sweep", "sweep.toml", "--pairs", "pairs", "-o", "out", code=2).stderr
    for line, words, message in (
        ("", ["--pairs", "nowhere"], "there is no dataset nowhere"),
        ("", ["--over", "strateg"], "there is no axis 'strateg' of the sweep; did you mean 'strategy'?"),
        ("", ["--baseline", "sip"], "there is no value of strategy 'sip' in the sweep"),
        ('[evaluation.pairs]\nstrategy = "rlaiff"\n', [], "did you mean 'rlaif'?"),
    ):
        ready.write("sweep.toml", f'strategy = ["sup", "sim"]\nmodel = "tiny"\n{line}')
        more = words if line or "--pairs" in words else [*words, "--pairs", "pairs"]
        assert message in ready.run("sweep", "sweep.toml", "-o", "out", *more, code=2).stderr
    ready.write("sweep.toml", 'strategy = ["sup", "supp"]\nmodel = "tiny"\n')
    assert "did you mean 'sup'?" in ready.run("sweep", "sweep.toml", "--pairs", "pairs", "-o", "out", code=2).stderr
    ready.write("sweep.toml", 'strategy = ["sup", "sim"]\nmodel = "./nowhere"\n')
    assert (
        "no model folder ./nowhere" in ready.run("sweep", "sweep.toml", "--pairs", "pairs", "-o", "out", code=2).stderr
    )
    assert not (ready.folder / "out").exists()


def zebra_kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a sweep and all that it started."""
    import os

    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.train
def test_a_cell_that_fails(ready: Project) -> None:
    """The others are kept and their table is printed; the message says which failed and why."""
    recipe = 'strategy = "sup"\nmodel = "tiny"\nmin_gap = [0, 0.99]\n[options.dpo]\nmax_steps = 1\nheld_out = 0\n'
    ready.write("sweep.toml", recipe)
    done = subprocess.run(sweep("out"), check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "1 of 2 cells failed (0.99" in done.stderr
    assert "no pair came out" in done.stderr
    assert (ready.folder / "out/cells.csv").read_text().count("\n") == 2
    shutil.rmtree(ready.folder / "out")


@pytest.mark.train
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(ready: Project, how: signal.Signals) -> None:
    """Ctrl-C, or SIGTERM, ends all cells at once, with one line on how to resume."""
    process = subprocess.Popen(sweep("out"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (logs := [*(ready.folder / "out/cells").glob("*/log.txt")]):
        time.sleep(0.05)
    process.send_signal(how)
    _, output = process.communicate(timeout=20)
    assert process.returncode == 130
    assert (
        output.splitlines()[-1]
        == "Error: interrupted; finished cells are kept in out/, and the same command resumes from there"
    )
    assert "failed" not in output
    before = [log.stat().st_size for log in logs]
    time.sleep(1)
    assert [log.stat().st_size for log in logs] == before


def test_one_test_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Results that cannot be tested for significance give a message, not an error."""
    import numpy as np

    from zebra_study.commands.compare import show_results
    from zebra_study.commands.tables import Destination
    from zebra_study.results import Results

    show_results(Results(("a", "b"), (("MMLU",),), np.array([[0.5, 0.6]])), None, Destination())
    assert "A single test has no significance" in capsys.readouterr().out


def test_the_embedded_recipe_is_complete(plugins: zebra.Plugins) -> None:
    """Every component that a sweep needs is built in."""
    assert plugins.has("evaluator", "pairs")
    assert plugins.has("model", "tiny")
