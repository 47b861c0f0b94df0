"""Splits: a dataset whose shards lie in folders of their own, and what reads it."""

from __future__ import annotations

from pathlib import Path

import attrs
import datasets
import pyarrow.parquet as pq
import pytest

import zebra_core as zebra
from zebra_core.dataset.card import card
from zebra_core.dataset.manifest import ShardFile
from zebra_core.testing import Project


@pytest.fixture
def divided(zebra_cli: Project) -> zebra.Dataset:
    """The demo's 600 pairs in two splits, of which `test` has the last 200."""
    zebra_cli.run("run")
    dataset = zebra.Dataset.open("zebra-dataset")
    manifest, pairs = dataset.manifest, dataset.to_arrow()
    dataset.files[0].unlink()
    shards = []
    for name, rows in (("train", pairs[:400]), ("test", pairs[400:])):
        Path("zebra-dataset/data", name).mkdir()
        pq.write_table(rows, f"zebra-dataset/data/{name}/part-00000.parquet")
        shards.append(ShardFile(f"{name}/part-00000.parquet", len(rows)))
    manifest = attrs.evolve(manifest, shards=tuple(shards))
    zebra.write_record(manifest, Path("zebra-dataset/manifest.json"))
    Path("zebra-dataset/README.md").write_text(card(manifest, Path("zebra-dataset/data")), encoding="utf-8")
    return zebra.Dataset.open("zebra-dataset")


def test_the_pairs_of_a_split(divided: zebra.Dataset) -> None:
    """A split has its own pairs alone, and its summary counts them; the whole has all pairs."""
    assert divided.splits == ("train", "test")
    train, test = divided.split("train"), zebra.Dataset.open("zebra-dataset?split=test")
    assert (divided.total, train.total, test.total) == (600, 400, 200)
    assert train.pairs["id"] + test.pairs["id"] == divided.pairs["id"]
    assert len(test.load()) == len(test.to_arrow()) == 200
    models = test.manifest.summary.models
    assert sum(model.chosen for model in models.values()) == 200
    assert models["scholar"].chosen == test.pairs["chosen_model"].count("scholar")
    assert test.manifest.summary.mean_margin == pytest.approx(sum(test.pairs["margin"]) / 200)
    assert test.splits == ("test",)


def test_the_counts_of_splits_add_up(divided: zebra.Dataset) -> None:
    """Each pair of models is counted in one of the splits, and the mean margin is that of both, weighted."""
    counts = [divided.split(name).manifest.summary for name in divided.splits]
    for better, others in divided.manifest.summary.model_pairs.items():
        for worse, count in others.items():
            assert count == sum(each.model_pairs.get(better, {}).get(worse, 0) for each in counts)
    mean = (400 * counts[0].mean_margin + 200 * counts[1].mean_margin) / 600
    assert divided.manifest.summary.mean_margin == pytest.approx(mean)


def test_a_dataset_that_is_not_divided(zebra_cli: Project) -> None:
    """It has no splits; asked for `train` it is the whole, and any other name is an error."""
    zebra_cli.run("run")
    dataset = zebra.Dataset.open("zebra-dataset?split=train")
    assert (dataset.splits, dataset.total) == ((), 600)
    with pytest.raises(zebra.ZebraError, match="zebra-dataset has no split 'test', only train; choose one"):
        dataset.split("test")


def test_a_split_that_does_not_exist(divided: zebra.Dataset) -> None:
    """The error names the splits, and how to ask for one."""
    text = "zebra-dataset has no split 'dev', only train, test; choose one: zebra-dataset\\?split=train"
    with pytest.raises(zebra.ZebraError, match=text):
        divided.split("dev")
    with pytest.raises(zebra.ZebraError, match="has no split ''"):
        divided.split("")


def test_datasets_reads_the_splits(divided: zebra.Dataset, tmp_path: Path) -> None:
    """`datasets.load_dataset` gives a DatasetDict with the splits of the card, in their sizes."""
    loaded = datasets.load_dataset(str(divided.folder), cache_dir=str(tmp_path / "cache"))
    assert {name: rows.num_rows for name, rows in loaded.items()} == {"train": 400, "test": 200}
    assert loaded["test"]["id"] == divided.split("test").pairs["id"]


def test_a_manifest_from_before_there_were_mixes(zebra_cli: Project) -> None:
    """A manifest without the key `mix` is read."""
    zebra_cli.run("run")
    manifest = zebra_cli.manifest()
    del manifest["mix"]
    zebra_cli.write("zebra-dataset/manifest.json", zebra.as_json(manifest))
    assert zebra.Dataset.open("zebra-dataset").manifest.mix is None
