"""The cells of a sweep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_study.evaluation_plan import EvaluationPlan
from zebra_study.sweep import EMBEDDED, CellResult, Sweep, cells_of, read_sweep

NOWHERE = EvaluationPlan((), {"pairs": "nowhere"})


def test_cells(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """Lists multiply; a cell's key changes with everything that goes into it, its dataset's folder only with the dataset's recipe."""
    values: dict[str, Any] = {
        "strategy": ["sup", "sup+sim"],
        "trainer": ["sft", "dpo"],
        "model": "tiny",
        "min_gap": [0, 0.2],
    }
    values |= {"options": {"dpo": {"beta": 0.2}, "sft": {}, "rbf": {"gamma": 1}}}
    grid = Sweep(cells_of(values, NOWHERE, plugins), NOWHERE, tmp_path, plugins)
    cells = grid.cells
    assert len(cells) == 8
    assert len({cell.key for cell in cells}) == 8
    assert cells[0].name == f"sup_sft_0_{cells[0].key[:8]}"
    assert len({json.dumps(grid.dataset_values(cell)) for cell in cells}) == 4
    assert grid.dataset_values(cells[0])["options"] == {"rbf": {"gamma": 1}}
    assert grid.training_values(cells[2]) == {"trainer": "dpo", "model": "tiny", "options": {"dpo": {"beta": 0.2}}}
    assert {cell.key for cell in cells_of(values | {"seed": 1}, NOWHERE, plugins)}.isdisjoint(
        cell.key for cell in cells
    )
    seeded = cells_of({**values, "seed": [0, 1]}, NOWHERE, plugins)
    assert [grid.training_values(cell)["options"]["sft"] for cell in seeded[:2]] == [{"seed": 0}, {"seed": 1}]


def test_a_chain_is_one_value(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """In a list of trainers, "sft,dpo" is both one after the other: a cell with the options and the seed of each."""
    values: dict[str, Any] = {"trainer": ["sft", "sft,dpo"], "model": "tiny", "seed": [3]}
    values |= {"options": {"dpo": {"beta": 0.2}, "kto": {"beta": 0.3}}}
    grid = Sweep(cells_of(values, NOWHERE, plugins), NOWHERE, tmp_path, plugins)
    single, chain = grid.cells
    assert grid.training_values(single) == {"trainer": "sft", "model": "tiny", "options": {"sft": {"seed": 3}}}
    options = {"sft": {"seed": 3}, "dpo": {"beta": 0.2, "seed": 3}}
    assert grid.training_values(chain) == {"trainer": "sft,dpo", "model": "tiny", "options": options}
    assert chain.name == f"sft-dpo_3_{chain.key[:8]}"


def test_the_key_depends_on_the_evaluation(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """A cell runs again if the pairs, the tasks, their rows or the limit change."""
    values: dict[str, Any] = {"strategy": ["sup"], "model": "tiny"}

    def key(**evaluation: Any) -> str:
        return cells_of(values, EvaluationPlan.from_table(evaluation, plugins), plugins)[0].key

    data = tmp_path / "zebra_arc_easy.jsonl"
    data.write_text('{"question": "?"}')
    result = [key(tasks=["zebra"], task_data=str(tmp_path)), key(tasks="zebra", task_data=str(tmp_path))]
    assert result[0] == result[1]
    data.write_text('{"question": "more"}')
    result += [key(tasks=["zebra"], task_data=str(tmp_path)), key(tasks=["ifeval"]), key(tasks=["zebra"])]
    result += [key(tasks=["zebra"], limit=3), key(pairs={"strategy": "sup"}), key(pairs={"strategy": "sim"})]
    assert len(set(result)) == 7


def test_the_key_depends_on_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugins: zebra.Plugins) -> None:
    """A cell, and its dataset, change with the pool, the scores, a loose plugin and the model on disk."""
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
        grid = Sweep(cells_of(values, NOWHERE, plugins), NOWHERE, tmp_path, plugins)
        seen.append((grid.cells[0].key, grid.dataset(grid.dataset_values(grid.cells[0]))))
    as_texts = values | {"scores": "scores.csv", "plugins": "my_sim"}
    before = cells_of(as_texts, NOWHERE, plugins)[0].key
    Path("scores.csv").write_text("3")
    assert cells_of(as_texts, NOWHERE, plugins)[0].key != before  # one text is a list of one
    assert len({key for key, _ in seen}) == 5
    assert len({dataset for _, dataset in seen}) == 4  # the model is not of the dataset


DEFAULT = 'import zebra_core as zebra\n\n\n@zebra.hookimpl\ndef zebra_defaults():\n    return {"strategy": "sim"}\n'


def test_the_key_depends_on_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugins: zebra.Plugins
) -> None:
    """If another strategy becomes the default, a cell that names none is run again on a new dataset, and one that does is not."""
    monkeypatch.chdir(tmp_path)
    Path("other.py").write_text(DEFAULT)
    places = {}
    for recipe in ({"trainer": ["sft"], "model": "tiny"}, {"strategy": ["sup"], "model": "tiny"}):
        for loaded in (plugins, zebra.load_plugins(["./other.py"])):
            grid = Sweep(cells_of(recipe, NOWHERE, loaded), NOWHERE, tmp_path, loaded)
            (cell,) = grid.cells
            places.setdefault("strategy" in recipe, []).append((cell.key, grid.dataset(grid.dataset_values(cell))))
    (key, dataset), (other_key, other_dataset) = places[False]
    assert key != other_key
    assert dataset != other_dataset
    assert len({*places[True]}) == 1


def test_the_embedded_sweep(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """Six strategies, two trainers, three seeds on the demo, evaluated on its held-out questions and true preferences."""
    values, table = read_sweep(EMBEDDED, {})
    plan = EvaluationPlan.from_table(table, plugins)
    grid = Sweep(cells_of(values, plan, plugins), plan, tmp_path, plugins)
    assert len(grid.cells) == 36
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
    ("recipe", "message"),
    [
        (
            'seed = [0, 1]\nmodel = "tiny"\n[options.openai]\napi_key = "sk-x"\n',
            "the recipe sets the secret openai.api_key, and a sweep writes its recipes",
        ),
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
            "there is no key 'task' of [evaluation]; did you mean 'tasks'?",
        ),
        (
            'strategy = ["sup"]\n[evaluation.pairs]\npol = "demo"\n',
            "there is no recipe key 'pol'; did you mean 'pool'?",
        ),
        ('strategy = []\nmodel = "tiny"\n', "the list 'strategy' of the recipe must have values, each once, got []"),
        ('strategy = ["sup", "sup"]\nmodel = "tiny"\n', "must have values, each once, got ['sup', 'sup']"),
        ('strategy = ["sup"]\n[evaluation]\ntasks = 3\n', "expected a list, got 3"),
        ('strategy = ["sup"]\n[evaluation]\ntasks = "zebra"\nlimit = -3\n', "'limit' must be >= 0: -3"),
        ('strateg = ["sup"]\nseed = [1, 2]\nmodel = "tiny"\n', "did you mean 'strategy'?"),
    ],
)
def test_mistakes(zebra_cli: Project, recipe: str, message: str) -> None:
    """One line, and nothing is written."""
    zebra_cli.write("sweep.toml", recipe)
    words = () if "evaluat" in message + recipe else ("--pairs", "x")
    assert message in zebra_cli.run("sweep", "sweep.toml", *words, code=2).stderr
    assert {path.name for path in zebra_cli.folder.iterdir()} == {"sweep.toml"}


def test_shares_of_the_range(tmp_path: Path) -> None:
    """Percentages and fractions have the same weight, and if lower is better the difference changes sign: +.1 on each of the three."""
    from zebra_study.study import as_results

    properties = {"MMLU": {"bounds": [0, 100]}, "toxicity": {"bounds": [0, 1], "direction": "lower"}}
    scores = ({"MMLU": 50.0, "pairs": 0.5, "toxicity": 0.5}, {"MMLU": 60.0, "pairs": 0.6, "toxicity": 0.4})
    cells = [
        CellResult(key=name, place={"strategy": name}, scores=row, benchmarks=properties, rows=None, steps=None)
        for name, row in zip(("a", "b"), scores, strict=True)
    ]
    result = as_results(cells, "strategy")
    assert result.values.round(9).tolist() == [[0.5, 0.6], [0.5, 0.6], [0.5, 0.4]]
    assert result.differences("a")["b"][0].delta == pytest.approx(0.1)
