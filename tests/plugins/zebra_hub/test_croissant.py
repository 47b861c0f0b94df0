"""Croissant metadata of a dataset."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import attrs
import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_hub.croissant import croissant
from zebra_hub.terms import Terms

URL = "https://huggingface.co/datasets/me/pairs"


def described(folder: str) -> dict[str, Any]:
    """Return the metadata of a dataset that is published on a day."""
    terms = Terms("other", "https://example.org/licence", ("en",))
    return croissant(zebra.Dataset.open(folder), "me/pairs", URL, terms, "2026-01-02")


def write(folder: str) -> Path:
    """Write the metadata of a dataset to its folder."""
    path = Path(folder) / "croissant.json"
    path.write_text(json.dumps(described(folder)), encoding="utf-8")
    return path


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("splits", [(), ("--split", "train=0.75,test=0.25")])
def test_the_reference_implementation_reads_it(zebra_cli: Project, splits: tuple[str, ...]) -> None:
    """mlcroissant finds nothing wrong with it as version 1.1, and yields the pairs of the files, with their messages."""
    mlcroissant = pytest.importorskip("mlcroissant")
    zebra_cli.run("run", "--column", "lengths", "-o", "built")
    zebra_cli.run("mix", "built", *splits, "-o", "pairs")
    read = mlcroissant.Dataset(str(write("pairs")), mapping={"repository": "pairs"})
    assert read.metadata.ctx.is_v1_1()
    assert not read.metadata.ctx.issues.errors
    rows = {row["pairs/id"].decode(): row for row in read.records("pairs")}
    pairs = zebra.Dataset.open("pairs").to_arrow().to_pylist()
    assert rows.keys() == {pair["id"] for pair in pairs}
    for pair in pairs:
        row = rows[pair["id"]]
        assert row["pairs/margin"] == pytest.approx(pair["margin"])
        assert row["pairs/chosen_length"] == len(pair["chosen"][0]["content"])
        messages = [{f"pairs/chosen/{key}": text.encode() for key, text in m.items()} for m in pair["chosen"]]
        assert [*row["pairs/chosen"]] == messages


def test_files_and_columns(zebra_cli: Project) -> None:
    """Every file has its SHA-256 and size, and every column its type; the messages have fields of their own."""
    zebra_cli.run("run")
    metadata = described("zebra-dataset")
    assert metadata == described("zebra-dataset")
    (file,) = (each for each in metadata["distribution"] if each["@id"].startswith("data/"))
    data = (zebra_cli.folder / "zebra-dataset" / file["contentUrl"]).read_bytes()
    assert (file["sha256"], file["contentSize"]) == (hashlib.sha256(data).hexdigest(), f"{len(data)} B")
    (records,) = metadata["recordSet"]
    fields = {field["name"]: field for field in records["field"]}
    assert [*fields] == [f"pairs/{name}" for name in zebra.PREFERENCES.names]
    assert fields["pairs/margin"]["dataType"] == "sc:Float"
    assert [inner["source"]["transform"] for inner in fields["pairs/prompt"]["subField"]] == [
        {"jsonPath": "role"},
        {"jsonPath": "content"},
    ]
    assert metadata["license"] == {"@type": "sc:CreativeWork", "name": "other", "url": "https://example.org/licence"}
    assert (metadata["datePublished"], metadata["inLanguage"], metadata["isLiveDataset"]) == (
        "2026-01-02",
        ["en"],
        False,
    )


def test_where_it_is_from(zebra_cli: Project) -> None:
    """A dataset of the Hub is named by its address, a file by its name alone, and the parts of a mix by theirs."""
    zebra_cli.run("run", "-o", "built")
    zebra_cli.run("mix", "built", "-o", "mixed")
    assert described("mixed")["prov:wasDerivedFrom"] == [{"@type": "prov:Entity", "prov:label": "built"}]
    assert described("mixed")["prov:wasGeneratedBy"]["prov:label"] == "zebra mix"
    dataset = zebra.Dataset.open("built")
    paths = ["hf://datasets/org/data@main/a.jsonl", "hf://datasets/org/data/b.jsonl", "/home/me/scores.csv"]
    dataset.manifest = attrs.evolve(dataset.manifest, inputs=tuple({"path": path} for path in paths))
    assert croissant(dataset, "me/pairs", URL, Terms("mit"), "2026-01-02")["prov:wasDerivedFrom"] == [
        {"@id": "https://huggingface.co/datasets/org/data"},
        {"@type": "prov:Entity", "prov:label": "scores.csv"},
    ]
