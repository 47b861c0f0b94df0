"""The finished dataset."""

from __future__ import annotations

import pytest
from helpers.small_pool import ARGUMENTS, rows, write

import zebra_core as zebra
from zebra_core.testing import Project


def test_datasets_opens_the_folder(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets.load_dataset(folder)` returns the pairs as its train split, and the Hub's library reads the card."""
    import datasets
    from huggingface_hub import DatasetCard

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    write(zebra_cli, rows())
    zebra_cli.run(*ARGUMENTS, "-o", "out")
    result = datasets.load_dataset("out", cache_dir=str(zebra_cli.folder / "cache"))
    assert result["train"].to_list() == zebra_cli.dataset("out")
    assert DatasetCard.load("out/README.md").data.to_dict()["configs"][0]["data_files"] == "data/*.parquet"


def test_a_sample_is_even(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample takes every n-th pair over all shards."""
    from zebra_core.dataset import dataset as module

    zebra_cli.run("run", "--shard-rows", "100")
    monkeypatch.setattr(module, "SAMPLE", 200)
    dataset = zebra.Dataset.open("zebra-dataset")
    ids = [row["id"] for row in zebra_cli.dataset()]
    assert dataset.pairs["id"] == ids[::3]
    assert dataset.sampled == "200 of 600 pairs, evenly spread"
