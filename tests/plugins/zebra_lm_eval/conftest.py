"""Fixtures of the tests in plugins/zebra_lm_eval."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.lm_eval_tasks import ROWS

import zebra_core as zebra
from zebra_core.testing import Project


@pytest.fixture(scope="module", autouse=True)
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Work offline, on one thread, with caches of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        import datasets

        for name in ("XDG_CACHE_HOME", "HF_DATASETS_CACHE"):
            patch.setenv(name, str(tmp_path_factory.mktemp("cache")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", Path(os.environ["HF_DATASETS_CACHE"]))
        yield


@pytest.fixture(scope="session")
def says_b(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that has learnt to say (B), whatever it is asked."""
    folder = tmp_path_factory.mktemp("says_b")
    prompts = [
        "Which?",
        "Q: Which? Options: (A) this (B) that Output:",
        "Say something.",
        "Q: Baking bread: A man Output:",
    ]
    rows = [
        {"prompt": [{"role": "user", "content": p}], "completion": [{"role": "assistant", "content": "(B)"}]}
        for p in prompts
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows * 40))
    options = {"sft": {"learning_rate": 1e-2, "num_train_epochs": 2, "held_out": 0}}
    recipe = zebra.make_recipe({"trainer": "sft", "model": "tiny", "options": options})
    return zebra.prepare_training(recipe).run(str(folder / "rows.jsonl"), folder / "model")


@pytest.fixture
def ready(zebra_cli: Project, says_b: Path) -> Project:
    """A folder with the model, and a file of rows for each of the six tasks."""
    for name, rows in ROWS.items():
        zebra_cli.write(f"data/{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    (zebra_cli.folder / "model").symlink_to(says_b)
    return zebra_cli
