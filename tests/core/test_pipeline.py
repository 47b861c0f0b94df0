"""`zebra run` from end to end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.small_pool import ARGUMENTS, MODELS, files, rows, write

import zebra_core as zebra
from zebra_core.testing import Project


def test_two_runs_and_the_saved_recipe_give_the_same_bytes(zebra_cli: Project) -> None:
    """A second run and a run of the saved recipe give every file of the dataset again, byte for byte."""
    write(zebra_cli, rows())
    zebra_cli.run(*ARGUMENTS, "-o", "one")
    zebra_cli.run(*ARGUMENTS, "-o", "two")
    zebra_cli.run("run", "one/recipe.toml", "-o", "three")
    assert set(files(zebra_cli.folder / "one")) == {
        "README.md",
        "behavior.json",
        "data/part-00000.parquet",
        "manifest.json",
        "recipe.toml",
    }
    assert files(zebra_cli.folder / "one") == files(zebra_cli.folder / "two") == files(zebra_cli.folder / "three")


@pytest.mark.parametrize(
    "strategy",
    [
        "sup",
        "sim",
        "sup+sim",
        "delta",
        "max-min",
        "confident-sim",
        "consistent",
        "random",
        "best-random",
        "hard",
        "rlaif",
    ],
)
def test_another_order_gives_the_same_pairs(zebra_cli: Project, strategy: str) -> None:
    """A pool with its rows, and the responses in each row, in another order gives the same pairs."""
    generator, result = np.random.default_rng(1), rows()
    turned = [
        {**row, "models": row["models"][::-1], "completions": [row["completions"][k] for k in generator.permutation(3)]}
        for row in generator.permutation(result)
    ]
    built = []
    for order in (result, turned):
        write(zebra_cli, order)
        zebra_cli.run(*ARGUMENTS[:-1], strategy, "--overwrite")
        built.append(sorted(map(str, zebra_cli.dataset())))
    assert built[0] == built[1]
    assert len(built[0]) > 20


def test_the_python_api(zebra_cli: Project) -> None:
    """The same stages from Python: scores, behavior, pool, dataset."""
    write(zebra_cli, rows())
    table = zebra.read_scores("scores.csv")
    assert zebra.derive_behavior(table, similarity="cosine").superiority[0] == pytest.approx(5 / 9)  # (1 + 1/9) / 2
    assert zebra.open_pool("pool.jsonl").models() == {*MODELS}
    recipe = zebra.Recipe(pool="pool.jsonl", scores=("scores.csv",), strategy="sup+sim")
    dataset = zebra.build(recipe, "out")
    zebra_cli.run(*ARGUMENTS, "-o", "cli")
    assert files(dataset.folder) == files(zebra_cli.folder / "cli")


@pytest.mark.parametrize(
    ("pool", "scores", "pairs"),
    [
        ("alpaca_eval_pool4_dev.parquet", ["--scores", "paper"], 481),  # two of 483 pairs are of equal texts
        ("alpaca_eval_pool4_dev.parquet", [], 481),  # the paper's table covers the pool's models
        ("recent_pool_dev.parquet", ["--scores", "recent_scores_v1.csv", "--missing", "drop-model"], 482),
    ],
)
def test_real_data(zebra_cli: Project, shared: Path, pool: str, scores: list[str], pairs: int) -> None:
    """The main job on real pools and tables gives a dataset that `datasets` opens."""
    import datasets

    scores = [str(shared / word) if word.endswith(".csv") else word for word in scores]
    zebra_cli.run("run", "--pool", str(shared / pool), *scores, "--strategy", "sup", "-o", "out")
    result = datasets.load_dataset("out", split="train", cache_dir=str(zebra_cli.folder / "cache"))
    assert len(result) == pairs == zebra_cli.manifest("out")["summary"]["pairs"]
    assert all(row["margin"] > 0 for row in result)
