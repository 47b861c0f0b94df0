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
from zebra_core.testing import Project
from zebra_study.evaluation_plan import EvaluationPlan
from zebra_study.sweep import EMBEDDED, CellResult, Sweep, cells_of, read_sweep

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


NOWHERE = EvaluationPlan((), {"pairs": "nowhere"})


def test_cells(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """Lists multiply; a cell's key changes with whatever goes into it, its dataset's folder only with what the dataset is made of."""
    values: dict[str, Any] = {
        "strategy": ["sup", "sup+sim"],
        "trainer": ["sft", "dpo"],
        "model": "tiny",
        "min_gap": [0, 0.2],
    }
    values |= {"options": {"dpo": {"beta": 0.2}, "sft": {}, "rbf": {"gamma": 1}}}
    grid = Sweep(cells_of(values, NOWHERE), NOWHERE, tmp_path, plugins)
    cells = grid.cells
    assert len(cells) == 8
    assert len({cell.key for cell in cells}) == 8
    assert cells[0].name == f"sup_sft_0_{cells[0].key[:8]}"
    assert len({json.dumps(grid.dataset_values(cell)) for cell in cells}) == 4
    assert grid.dataset_values(cells[0])["options"] == {"rbf": {"gamma": 1}}
    assert grid.training_values(cells[2]) == {"trainer": "dpo", "model": "tiny", "options": {"dpo": {"beta": 0.2}}}
    assert {cell.key for cell in cells_of(values | {"seed": 1}, NOWHERE)}.isdisjoint(cell.key for cell in cells)
    seeded = cells_of({**values, "seed": [0, 1]}, NOWHERE)
    assert [grid.training_values(cell)["options"]["sft"] for cell in seeded[:2]] == [{"seed": 0}, {"seed": 1}]


def test_the_key_knows_what_it_is_evaluated_on(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """A cell runs again when the pairs, the tasks, their rows or the limit are others."""
    values: dict[str, Any] = {"strategy": ["sup"], "model": "tiny"}

    def key(**evaluation: Any) -> str:
        return cells_of(values, EvaluationPlan.from_table(evaluation, plugins))[0].key

    data = tmp_path / "zebra_arc_easy.jsonl"
    data.write_text('{"question": "?"}')
    found = [key(tasks=["zebra"], task_data=str(tmp_path)), key(tasks="zebra", task_data=str(tmp_path))]
    assert found[0] == found[1]
    data.write_text('{"question": "more"}')
    found += [key(tasks=["zebra"], task_data=str(tmp_path)), key(tasks=["ifeval"]), key(tasks=["zebra"])]
    found += [key(tasks=["zebra"], limit=3), key(pairs={"strategy": "sup"}), key(pairs={"strategy": "sim"})]
    assert len(set(found)) == 7


def test_the_key_knows_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugins: zebra.Plugins) -> None:
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
        grid = Sweep(cells_of(values, NOWHERE), NOWHERE, tmp_path, plugins)
        seen.append((grid.cells[0].key, grid.dataset(grid.dataset_values(grid.cells[0]))))
    as_texts = values | {"scores": "scores.csv", "plugins": "my_sim"}
    before = cells_of(as_texts, NOWHERE)[0].key
    Path("scores.csv").write_text("3")
    assert cells_of(as_texts, NOWHERE)[0].key != before  # one text is a list of one
    assert len({key for key, _ in seen}) == 5
    assert len({dataset for _, dataset in seen}) == 4  # the model is not of the dataset


def test_the_embedded_sweep(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """Five strategies, two trainers, three seeds on the demo, evaluated on its held-out questions and true preferences."""
    values, table = read_sweep(EMBEDDED, {})
    plan = EvaluationPlan.from_table(table, plugins)
    grid = Sweep(cells_of(values, plan), plan, tmp_path, plugins)
    assert len(grid.cells) == 30
    grid.write_recipes(grid.cells[0])
    built, pairs, trained, evaluated = grid.commands(grid.cells[0])
    assert [words[0] for words in (built, pairs, trained, evaluated)] == ["run", "run", "train", "evaluate"]
    assert Path(pairs[1]).read_text() == 'pool = "demo-held-out"\nstrategy = "rlaif"\n'
    assert evaluated[2:6] == ["--tasks", "zebra_demo", "--pairs", pairs[3]]
    (Path(pairs[3])).mkdir(parents=True)
    (Path(pairs[3]) / "manifest.json").touch()
    assert [words[0] for words in grid.commands(grid.cells[1])] == ["run", "train", "evaluate"]
    values, table = read_sweep(EMBEDDED, {"tasks": "arc_easy,hellaswag", "limit": 5.0})
    flags = EvaluationPlan.from_table(table, plugins).with_datasets({"pairs": Path("x")})
    assert flags == {"pairs": "x", "tasks": "arc_easy,hellaswag", "limit": 5.0}


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        ('strategy = "sup"\nmodel = "tiny"\n', "the recipe has no list, so there is nothing to sweep over"),
        ('strategy = ["sup", "sim"]\n', "the recipe names no model to train"),
        ('strategy = ["sup", 3]\nmodel = "tiny"\n', "expected str, got 3"),
        (
            'strategy = ["sup"]\nmodel = "tiny"\n',
            "no evaluation is requested; add --pairs or --tasks",
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
        ('strategy = ["sup"]\n[evaluation]\ntasks = 3\n', "expected list, got 3"),
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
    assert "no pair came out" in done.stderr
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
        == "Error: interrupted; finished cells are kept in out/, and the same command resumes from there"
    )
    assert "failed" not in said
    before = [log.stat().st_size for log in logs]
    time.sleep(1)
    assert [log.stat().st_size for log in logs] == before


def test_one_test_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be tested for significance is told, and no error."""
    import numpy as np

    from zebra_study.commands.compare import show_results
    from zebra_study.commands.tables import Destination
    from zebra_study.results import Results

    show_results(Results(("a", "b"), (("MMLU",),), np.array([[0.5, 0.6]])), None, Destination())
    assert "A single test has no significance" in capsys.readouterr().out


def test_shares_of_the_range(tmp_path: Path) -> None:
    """Percent and shares weigh the same, and where less is better the difference is turned: +.1 on each of the three."""
    from zebra_study.commands.sweep import as_results

    properties = {"MMLU": {"bounds": [0, 100]}, "toxicity": {"bounds": [0, 1], "direction": "lower"}}
    scores = ({"MMLU": 50.0, "pairs": 0.5, "toxicity": 0.5}, {"MMLU": 60.0, "pairs": 0.6, "toxicity": 0.4})
    cells = [
        CellResult(key=name, place={"strategy": name}, scores=row, benchmarks=properties, rows=None, steps=None)
        for name, row in zip(("a", "b"), scores, strict=True)
    ]
    found = as_results(cells, "strategy")
    assert found.values.round(9).tolist() == [[0.5, 0.6], [0.5, 0.6], [0.5, 0.4]]
    assert found.differences("a")["b"][0].delta == pytest.approx(0.1)


def test_each_cell_has_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cells at once share the GPUs that may be seen; a variable that hides them all is left as it is."""
    from zebra_study.commands.runner import assign_devices

    def taken(jobs: int) -> list[str | None]:
        return [*assign_devices(jobs).queue]

    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,5")
    assert (taken(3), taken(1)) == (["2", "5", "2"], [None])
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert taken(2) == [None, None]


def test_the_recipe_is_one(plugins: zebra.Plugins) -> None:
    """Every component that a sweep needs is built in."""
    assert plugins.has("evaluator", "pairs")
    assert plugins.has("model", "tiny")
