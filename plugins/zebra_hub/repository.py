"""What a repository of the Hub will have: the files of a dataset or a trained model, and those made for publishing."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_core.dataset.manifest import MANIFEST
from zebra_core.training.folder import TRAINING
from zebra_hub.card import CARD, card_text, read_card
from zebra_hub.croissant import CROISSANT, croissant
from zebra_hub.results import eval_results, model_index, read_results
from zebra_hub.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEFT_OUT = (".*", "*.tmp", "*.lock", "checkpoint-*", "__pycache__")
"""Files and folders that are never published: hidden, unfinished, and what a training resumes from."""
WEIGHTS = (".safetensors", ".bin", ".gguf")


@attrs.frozen
class Repository:
    """The files of a repository by path: those of the folder as they are, and those made for publishing as bytes."""

    kind: Literal["dataset", "model"]
    files: dict[str, Path | bytes]

    @property
    def made(self) -> dict[str, bytes]:
        """The files made for publishing."""
        return {name: content for name, content in self.files.items() if isinstance(content, bytes)}

    @property
    def sizes(self) -> dict[str, int]:
        """The size of each file."""
        return {
            name: len(content) if isinstance(content, bytes) else content.stat().st_size
            for name, content in self.files.items()
        }


@attrs.frozen(kw_only=True)
class Publication:
    """What the user says about a repository: its name, terms, evaluations, training data, and what is left out."""

    name: str
    endpoint: str
    date: str
    license: str = ""
    license_link: str = ""
    languages: tuple[str, ...] = ()
    evaluations: tuple[Path, ...] = ()
    dataset: str = ""
    exclude: tuple[str, ...] = ()

    def terms(self, metadata: dict[str, Any]) -> Terms:
        """Return licence and languages, as said here, or in the card."""
        return Terms.choose(self.license, self.license_link, self.languages, metadata)


def repository_of(folder: Path, publication: Publication) -> Repository:
    """Return what is published of a folder. Raise ZebraError if it is neither a dataset nor a trained model, or incomplete."""
    if (folder / MANIFEST).is_file():
        return _dataset(folder, publication)
    if (folder / TRAINING).is_file():
        return _model(folder, publication)
    msg = f"{folder} is neither a dataset built by zebra nor a model trained by it: it has no {MANIFEST} and no {TRAINING}"
    raise zebra.ZebraError(msg)


def _dataset(folder: Path, publication: Publication) -> Repository:
    if publication.evaluations or publication.dataset:
        msg = "--evaluation and --dataset are for a trained model; leave them out for a dataset"
        raise zebra.ZebraError(msg)
    dataset = zebra.Dataset.open(folder)
    check_complete(dataset)
    metadata, body = read_card(folder)
    terms = publication.terms(metadata)
    url = f"{publication.endpoint}/datasets/{publication.name}"
    described = zebra.as_json(croissant(dataset, publication.name, url, terms, publication.date))
    made = {CARD: card_text(terms.added_to(metadata), body, publication.name), CROISSANT: described}
    return Repository("dataset", _with_made(folder, publication, made))


def check_complete(dataset: zebra.Dataset) -> None:
    """Raise ZebraError if the files of a dataset are not those of its manifest."""
    data = dataset.folder / "data"
    names = {shard.name for shard in dataset.manifest.shards}
    extra = {path.relative_to(data).as_posix() for path in data.rglob("*.parquet")} - names
    for name in sorted(extra):
        msg = f"{data / name} is not in the dataset's manifest; remove it, or build the dataset again"
        raise zebra.ZebraError(msg)
    for shard in dataset.manifest.shards:
        path = data / shard.name
        try:
            rows = pq.read_metadata(path).num_rows
        except zebra.storage.faults(path) as error:
            msg = f"the dataset is not complete: cannot read {path}; build it again"
            raise zebra.ZebraError(msg) from error
        if rows != shard.pairs:
            msg = f"{path} has {rows} pairs, but the manifest says {shard.pairs}; build the dataset again"
            raise zebra.ZebraError(msg)


def _model(folder: Path, publication: Publication) -> Repository:
    if not any(path.suffix in WEIGHTS for path in folder.iterdir()):
        msg = f"{folder} has no weights ({', '.join(WEIGHTS)}); train the model again"
        raise zebra.ZebraError(msg)
    metadata, body = read_card(folder)
    results = read_results(publication.evaluations)
    task = str(metadata.get("pipeline_tag") or "text-generation")
    metadata = publication.terms(metadata).added_to(metadata)
    metadata |= {"datasets": [publication.dataset]} if publication.dataset else {}
    short = publication.name.rpartition("/")[2]
    metadata |= {"model-index": model_index(short, results, task)} if results else {}
    made = {CARD: card_text(metadata, body, publication.name), **eval_results(results)}
    return Repository("model", _with_made(folder, publication, made))


def _with_made(folder: Path, publication: Publication, made: dict[str, str]) -> dict[str, Path | bytes]:
    own = {path.relative_to(folder).as_posix(): path for path in _files(folder, publication.exclude)}
    files: dict[str, Path | bytes] = {**own, **{name: text.encode() for name, text in made.items()}}
    return dict(sorted(files.items()))


def _files(folder: Path, exclude: Sequence[str]) -> Iterator[Path]:
    """Yield the files of a folder, but those that are never published or are to be left out."""
    for path in filter(Path.is_file, folder.rglob("*")):
        inside = path.relative_to(folder)
        never = any(fnmatch(part, pattern) for part in inside.parts for pattern in LEFT_OUT)
        if not never and not any(fnmatch(inside.as_posix(), pattern) for pattern in exclude):
            yield path
