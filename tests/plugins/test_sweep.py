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
from zebra_core.sweep import EMBEDDED, Evaluating, Sweep, cells_of, read_sweep
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


def test_the_key_knows_what_it_is_evaluated_on(tmp_path: Path) -> None:
    """A cell runs again when the pairs, the tasks, their rows or the limit are others."""
    values: dict[str, Any] = {"strategy": ["sup"], "model": "tiny"}

    def key(**evaluation: Any) -> str:
        return cells_of(values, Evaluating.of(evaluation))[0].key

    data = tmp_path / "zebra_arc_easy.jsonl"
    data.write_text('{"question": "?"}')
    found = [key(tasks=["zebra"], task_data=str(tmp_path)), key(tasks="zebra", task_data=str(tmp_path))]
    assert found[0] == found[1]
    data.write_text('{"question": "more"}')
    found += [key(tasks=["zebra"], task_data=str(tmp_path)), key(tasks=["ifeval"]), key(tasks=["zebra"])]
    found += [key(tasks=["zebra"], limit=3), key(pairs={"strategy": "sup"}), key(pairs={"strategy": "sim"})]
    assert len(set(found)) == 7


def test_the_key_knows_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell, and its dataset, are others when the pool, the scores, a loose plugin or the model on disk are."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m").mkdir()
    files = ["pool.jsonl", "scores.csv", "my_sim.py", "m/weights"]
    for name in files:
        Path(name).write_text("1")
    values = {
        "strategy": ["sup"],
        "pool": "long:pool.jsonl",
        "scores": ["scores.csv"],
        "plugins": ["my_sim"],
        "model": "m",
    }
    seen = []
    for name in ("", *files):
        if name:
            Path(name).write_text("2")
        grid = Sweep(cells_of(values, NOWHERE), NOWHERE, tmp_path, (), ())
        seen.append((grid.cells[0].key, grid.dataset(grid.cells[0].dataset_values(()))))
    as_texts = values | {"scores": "scores.csv", "plugins": "my_sim"}
    before = cells_of(as_texts, NOWHERE)[0].key
    Path("scores.csv").write_text("3")
    assert cells_of(as_texts, NOWHERE)[0].key != before  # one text is a list of one
    assert len({key for key, _ in seen}) == 5
    assert len({dataset for _, dataset in seen}) == 4  # the model is not of the dataset


def test_the_embedded_sweep(tmp_path: Path) -> None:
    """Five strategies, two trainers, three seeds on the demo, evaluated on its held-out questions and true preferences."""
    values, evaluating = read_sweep(EMBEDDED, {})
    grid = Sweep(cells_of(values, evaluating), evaluating, tmp_path, ("sft", "dpo"), ("pairs", "lm-eval"))
    assert len(grid.cells) == 30
    built, pairs, trained, evaluated = grid.commands(grid.cells[0])
    assert [words[0] for words in (built, pairs, trained, evaluated)] == ["run", "run", "train", "evaluate"]
    assert Path(pairs[1]).read_text() == 'pool = "demo-held-out"\nstrategy = "rlaif"\n'
    assert evaluated[2:6] == ["--pairs", pairs[3], "--tasks", "zebra_demo"]
    (Path(pairs[3])).mkdir(parents=True)
    (Path(pairs[3]) / "manifest.json").touch()
    assert [words[0] for words in grid.commands(grid.cells[1])] == ["run", "train", "evaluate"]
    values, evaluating = read_sweep(EMBEDDED, {"tasks": "arc_easy,hellaswag", "limit": 5.0})
    assert evaluating.asked("x") == {"pairs": "x", "tasks": "arc_easy,hellaswag", "limit": 5.0}


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        ('strategy = "sup"\nmodel = "tiny"\n', "the recipe has no list, so there is nothing to sweep over"),
        ('strategy = ["sup", "sim"]\n', "the recipe names no model to train"),
        ('strategy = ["sup", 3]\nmodel = "tiny"\n', "expected str, got 3"),
        (
            'strategy = ["sup"]\nmodel = "tiny"\n',
            "nothing says what to evaluate the models on; say --pairs DATASET or --tasks",
        ),
        ('strategy = ["sup"]\nevaluation = "x"\n', "evaluation must be a table, such as [evaluation]"),
        (
            'strategy = ["sup"]\n[evaluation]\ntask = "zebra"\n',
            "there is no key of [evaluation] 'task'; did you mean 'tasks'?",
        ),
        (
            'strategy = ["sup"]\n[evaluation.pairs]\npol = "demo"\n',
            "there is no recipe key 'pol'; did you mean 'pool'?",
        ),
        ('strategy = []\nmodel = "tiny"\n', "the list 'strategy' of the recipe must have values, each once, got []"),
        ('strategy = ["sup", "sup"]\nmodel = "tiny"\n', "must have values, each once, got ['sup', 'sup']"),
        ('strategy = ["sup"]\n[evaluation]\ntasks = 3\n', "[evaluation] does not hold: 'tasks' must be"),
        ('strategy = ["sup"]\n[evaluation]\npairs = ["a"]\n', "[evaluation] does not hold: 'pairs' must be"),
        ('strategy = ["sup"]\n[evaluation]\ntasks = "zebra"\nlimit = -3\n', "'limit' must be >= 0: -3"),
        ('strateg = ["sup"]\nseed = [1, 2]\nmodel = "tiny"\n', "did you mean 'strategy'?"),
    ],
)
def test_mistakes(zebra_cli: Project, recipe: str, told: str) -> None:
    """One line, and nothing is written."""
    zebra_cli.write("sweep.toml", recipe)
    words = () if "evaluat" in told + recipe else ("--pairs", "x")
    assert told in zebra_cli.run("sweep", "sweep.toml", *words, code=2).stderr
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
    dry = subprocess.run([*sweep("killed"), "--dry-run"], check=True, capture_output=True, text=True).stdout
    assert [line.split()[1:] for line in dry.splitlines() if "sup_dpo" in line] == [["600", "2", "finished"]]


@pytest.mark.train
def test_checked_before_anything_runs(ready: Project) -> None:
    """An option that the trainer or an evaluator does not have, and a model that is not there, are told before a dataset is built."""
    for line, told in (
        ("[options.dpo]\nbet = 1\n", "did you mean 'beta'?"),
        ("[options.pairs]\nbatch = 1\n", "did you mean 'batch_size'?"),
    ):
        ready.write("sweep.toml", f'strategy = ["sup", "sim"]\nmodel = "tiny"\n{line}')
        assert told in ready.run("sweep", "sweep.toml", "--pairs", "pairs", "-o", "out", code=2).stderr
    for line, words, told in (
        ("", ["--pairs", "nowhere"], "there is no dataset nowhere"),
        ("", ["--over", "strateg"], "there is no axis of the sweep 'strateg'; did you mean 'strategy'?"),
        ("", ["--baseline", "sip"], "there is no value of strategy in the sweep 'sip'"),
        ('[evaluation.pairs]\nstrategy = "rlaiff"\n', [], "did you mean 'rlaif'?"),
    ):
        ready.write("sweep.toml", f'strategy = ["sup", "sim"]\nmodel = "tiny"\n{line}')
        more = words if line or "--pairs" in words else [*words, "--pairs", "pairs"]
        assert told in ready.run("sweep", "sweep.toml", "-o", "out", *more, code=2).stderr
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


@pytest.mark.train
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ended(ready: Project, how: signal.Signals) -> None:
    """Ctrl-C, or being asked to end, ends what runs at once, with one line that says how to go on."""
    process = subprocess.Popen(sweep("out"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while not (logs := [*(ready.folder / "out/cells").glob("*/log.txt")]):
        time.sleep(0.05)
    process.send_signal(how)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert (
        said.splitlines()[-1]
        == "Error: interrupted; finished cells are kept in out/, and the same command goes on from there"
    )
    assert "failed" not in said
    before = [log.stat().st_size for log in logs]
    time.sleep(1)
    assert [log.stat().st_size for log in logs] == before


def test_one_test_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be tested for significance is told, and no error."""
    import numpy as np

    from zebra_core.cli.compare import show_results
    from zebra_core.compare import Results

    show_results(Results(("a", "b"), (("MMLU",),), np.array([[0.5, 0.6]])), None, {"form": "table", "output": None})
    assert "One test alone has no significance" in capsys.readouterr().out


def test_shares_of_the_range(tmp_path: Path) -> None:
    """Percent and shares weigh the same, and where less is better the difference is turned: +.1 on each of the three."""
    from zebra_core.cli.sweep import _results
    from zebra_core.sweep import Cell

    said = {"MMLU": {"bounds": [0, 100]}, "toxicity": {"bounds": [0, 1], "direction": "lower"}}
    cells = [Cell({"strategy": name}, {}, name) for name in ("a", "b")]
    scores = ({"MMLU": 50, "pairs": 0.5, "toxicity": 0.5}, {"MMLU": 60, "pairs": 0.6, "toxicity": 0.4})
    done = {cell.name: {"scores": held, "benchmarks": said} for cell, held in zip(cells, scores, strict=True)}
    found = _results(cells, done, "strategy")
    assert found.values.round(9).tolist() == [[0.5, 0.6], [0.5, 0.6], [0.5, 0.4]]
    assert found.differences("a")["b"][0].delta == pytest.approx(0.1)


def test_each_cell_has_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells at once share the GPUs that may be seen; a variable that hides them all is left as it is."""
    from zebra_core.cli.cells import _devices

    def taken(jobs: int) -> list[str | None]:
        return [*_devices(jobs).queue]

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    assert (taken(3), taken(1)) == (["2", "5", "2"], [None])
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert taken(2) == [None, None]


def test_the_recipe_is_one(plugins: zebra.Plugins) -> None:
    """Every component that a sweep needs is built in."""
    assert plugins.has("evaluator", "pairs")
    assert plugins.has("model", "tiny")
