"""Datasets with splits: a training uses `train`, or the one that is named, and measures on `test`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from helpers.trained_models import settings

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def results(cli: Project, name: str) -> dict[str, Any]:
    """The results of a training."""
    values: dict[str, Any] = json.loads((cli.folder / name / "results.json").read_text(encoding="utf-8"))
    return values


def test_a_dataset_with_splits(zebra_cli: Project) -> None:
    """Of 100 pairs in splits of 80 and 20, all 80 are trained on, and 16, two full batches of 8, are measured; by name, only 20 are."""
    zebra_cli.run("run")
    zebra_cli.run("mix", "zebra-dataset", "--rows", "100", "--split", "train=0.8,test=0.2", "-o", "pairs")
    common = ("--trainer", "dpo", "--model", "tiny", *settings("dpo", max_steps=1))
    zebra_cli.run("train", "pairs", *common, "-o", "model")
    assert (results(zebra_cli, "model")["rows"], results(zebra_cli, "model")["metrics"]["pairs"]) == (80, 16)
    zebra_cli.run("train", "pairs?split=test", *common, "--set", "dpo.held_out=0", "-o", "other")
    assert results(zebra_cli, "other")["rows"] == 20
    zebra_cli.run("evaluate", "model", "--pairs", "pairs?split=test")
    measured = json.loads((zebra_cli.folder / "model-evaluation/pairs.json").read_text(encoding="utf-8"))
    assert measured["pairs"] == 20
    error = zebra_cli.run("train", "pairs?split=dev", *common, "-o", "none", code=2).stderr
    assert "pairs has no split 'dev', only train, test; choose one: pairs?split=train" in error


def test_a_training_knows_its_dataset(zebra_cli: Project) -> None:
    """A training on a split records the hash of the dataset's manifest."""
    zebra_cli.run("run")
    command = ("train", "zebra-dataset?split=train", "--trainer", "dpo", "--model", "tiny")
    zebra_cli.run(*command, *settings("dpo", max_steps=1), "-o", "model")
    job = json.loads((zebra_cli.folder / "model/training.json").read_text(encoding="utf-8"))
    assert job["dataset"]["location"] == "zebra-dataset?split=train"
    assert len(job["dataset"]["manifest"]) == 32


def test_a_folder_of_another_tool(tmp_path: Path) -> None:
    """A manifest that zebra did not write does not make a folder a dataset of zebra: `datasets` reads it as it is."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from zebra_trl.data.load import read

    (tmp_path / "data").mkdir()
    (tmp_path / "manifest.json").write_text('{"made by": "another tool"}')
    pq.write_table(pa.table({"prompt": ["a"], "chosen": ["b"], "rejected": ["c"]}), tmp_path / "data/train.parquet")
    assert read(str(tmp_path)).to_list() == [{"prompt": "a", "chosen": "b", "rejected": "c"}]
