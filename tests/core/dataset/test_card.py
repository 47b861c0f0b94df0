"""The front matter of a dataset's card, as `datasets` and the Hub's library read it."""

from __future__ import annotations

from pathlib import Path

import attrs
import pyarrow as pa
import pytest
from helpers.small_pool import rows, write

import zebra_core as zebra
from zebra_core.dataset.card import card
from zebra_core.dataset.contents import features
from zebra_core.testing import Project

TWO_FILES = (
    "run",
    "--pool",
    "pool",
    "--scores",
    "scores.csv",
    "--strategy",
    "sup+sim",
    "--shard-rows",
    "1",
    "-o",
    "out",
)


@pytest.fixture
def two_files(zebra_cli: Project) -> Project:
    """A folder with a pool of two files, each of which becomes one of a dataset."""
    write(zebra_cli, rows(40), "pool/a.jsonl")
    write(zebra_cli, rows(60), "pool/b.jsonl")
    return zebra_cli


def metadata(folder: str) -> dict[str, object]:
    """Return the front matter of the card in a folder."""
    from huggingface_hub import DatasetCard

    values: dict[str, object] = DatasetCard.load(f"{folder}/README.md").data.to_dict()
    return values


def test_the_columns_are_those_of_the_files(two_files: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`load_dataset` takes columns and rows from the card, and finds both in the files; the sizes are those of the files."""
    import datasets

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    two_files.run(*TWO_FILES, "--column", "lengths")
    info = metadata("out")["dataset_info"]
    assert isinstance(info, dict)
    files = sorted((two_files.folder / "out/data").iterdir())
    assert len(files) == 2
    assert info["download_size"] == sum(path.stat().st_size for path in files)
    table = zebra.Dataset.open("out").to_arrow()
    assert datasets.Features._from_yaml_list(info["features"]) == datasets.Features.from_arrow_schema(table.schema)
    loaded = datasets.load_dataset("out", split="train", cache_dir=str(two_files.folder / "cache"))
    assert loaded.features == datasets.Features.from_arrow_schema(table.schema)
    (split,) = info["splits"]
    assert (split["name"], split["num_examples"]) == ("train", len(loaded)) == ("train", table.num_rows)
    assert split["num_bytes"] == info["dataset_size"] > 0


def test_a_missing_file_is_noticed(two_files: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`load_dataset` refuses a folder that has lost a file: the card has the number of rows."""
    import datasets

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    two_files.run(*TWO_FILES)
    Path("out/data/part-00001.parquet").unlink()
    with pytest.raises(datasets.exceptions.DatasetsError, match="num_examples=100"):
        datasets.load_dataset("out", cache_dir=str(two_files.folder / "cache"))


@pytest.mark.parametrize(
    "kind",
    [
        pa.string(), pa.bool_(), pa.int64(), pa.uint8(), pa.float16(), pa.float32(), pa.float64(),
        pa.list_(pa.int32()), pa.list_(pa.list_(pa.string())), pa.struct({"a": pa.string(), "b": pa.list_(pa.float32())}),
        pa.list_(pa.struct({"role": pa.string(), "more": pa.struct({"x": pa.int8()})})),
    ],
    ids=str,
)  # fmt: skip
def test_every_type(kind: pa.DataType) -> None:
    """A column's type is written as `datasets` writes it."""
    import datasets

    schema = pa.schema({"x": kind})
    assert features(schema) == datasets.Features.from_arrow_schema(schema)._to_yaml_list()


def test_a_type_without_a_name() -> None:
    """Columns are left out if the type of one has no name that is known."""
    assert features(pa.schema({"x": pa.string(), "y": pa.list_(pa.month_day_nano_interval())})) is None


def test_datasets_of_the_hub_are_named(zebra_cli: Project) -> None:
    """The Hub's datasets that a dataset is made from are its sources, each once; a file of this machine is not."""
    from huggingface_hub import DatasetCard

    zebra_cli.run("run")
    manifest = zebra.Manifest.read(zebra_cli.folder / "zebra-dataset")
    paths = ["hf://datasets/org/some-data@main/a.jsonl", "hf://datasets/org/some-data/b.jsonl", "pool.jsonl"]
    hub = attrs.evolve(manifest, inputs=tuple({"path": path} for path in paths))
    text = card(hub, zebra_cli.folder / "zebra-dataset/data")
    assert DatasetCard(text).data.source_datasets == ["org/some-data"]
    assert "source_datasets" not in metadata("zebra-dataset")


def test_the_splits_of_a_mix(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each split of a mix has its rows in the card, and is one of `load_dataset`."""
    import datasets

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    zebra_cli.run("run")
    zebra_cli.run("mix", "zebra-dataset", "--split", "train=0.75,test=0.25", "-o", "mixed")
    loaded = datasets.load_dataset("mixed", cache_dir=str(zebra_cli.folder / "cache"))
    info = metadata("mixed")["dataset_info"]
    assert isinstance(info, dict)
    counts = {split["name"]: split["num_examples"] for split in info["splits"]}
    assert counts == {name: len(rows) for name, rows in loaded.items()}
    assert sum(counts.values()) == 600
