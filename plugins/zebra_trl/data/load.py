"""The dataset to train on, read from a folder, a file or the Hub, with the columns prompt, chosen and, if it has pairs, rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import datasets
from datasets import Dataset, DatasetDict
from trl.data_utils import extract_prompt

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

FILES = {".parquet": "parquet", ".jsonl": "json", ".ndjson": "json", ".json": "json", ".csv": "csv", ".arrow": "arrow"}
SIGNALS = ("margin", "confidence", "similarity")
KEPT = ("tools", "label", "source", *SIGNALS)
FORMS = "prompt, chosen, rejected; chosen, rejected; prompt, completion[, label]; messages; or text"


def read(location: str) -> Dataset:
    """Read a dataset: a folder written by zebra, `save_to_disk` or others, a file, a URL, or `hub:NAME?split=...`.

    Raise ZebraError if it does not exist, cannot be read, is empty, or lacks the split.
    """
    name, _, query = location.partition("?")
    arguments = dict(parse_qsl(query))
    split = arguments.pop("split", "train")
    try:
        rows = _load(name, split, arguments)
    except zebra.ZebraError:
        raise
    except Exception as error:  # datasets raises whatever its builders do
        text = str(error).splitlines()[0] if str(error) else type(error).__name__
        msg = f"cannot read the dataset {location!r}: {text}"
        raise zebra.ZebraError(msg) from error
    if isinstance(rows, DatasetDict):
        if split not in rows:
            msg = f"the dataset {location!r} has no split {split!r}, only {', '.join(rows)}; choose one: {name}?split={next(iter(rows))}"
            raise zebra.ZebraError(msg)
        rows = rows[split]
    if not len(rows):
        msg = f"the dataset {location!r} is empty"
        raise zebra.ZebraError(msg)
    return rows


def _load(name: str, split: str, arguments: dict[str, str]) -> Dataset | DatasetDict:
    path = zebra.storage.place(name)
    if path.is_file():
        return _load_file(name, path)
    if "://" in name or path.is_dir():
        rows = _load_folder(path, split)
        if rows is not None:
            return rows
    elif not name.startswith("hub:") and (name.count("/") != 1 or name.startswith((".", "/"))):
        msg = f"there is no dataset {name}: no such folder or file; for a dataset on the Hugging Face Hub use hub:NAME"
        raise zebra.ZebraError(msg)
    return datasets.load_dataset(name.removeprefix("hub:"), split=split, **arguments)


def _load_file(name: str, path: Path) -> Dataset:
    if zebra.storage.suffix_of(path) not in FILES:
        msg = f"{name} is not a dataset file; its suffix must be one of {', '.join(FILES)}"
        raise zebra.ZebraError(msg)
    return datasets.load_dataset(FILES[zebra.storage.suffix_of(path)], data_files=name, split="train")


def read_test(location: str) -> Dataset | None:
    """Return the split to measure a training on the split `train` on, None if the dataset has none that zebra made."""
    name, _, query = location.partition("?")
    path = zebra.storage.place(name)
    if dict(parse_qsl(query)).get("split", "train") != "train" or not _is_zebras(path):
        return None
    dataset = zebra.Dataset.open(path)
    return dataset.split(dataset.test_split).load() if dataset.test_split else None


def _is_zebras(path: Path) -> bool:
    """Return whether a folder is a dataset that zebra built, or an export from which all of it is restored."""
    if (path / "export.json").is_file():
        return not zebra.read_record(zebra.ExportJob, path / "export.json").lost
    manifest = path / "manifest.json"  # which other tools write, too
    return manifest.is_file() and '"zebra":' in manifest.read_text(encoding="utf-8", errors="replace")


def _load_folder(path: Path, split: str) -> Dataset | DatasetDict | None:
    """Load what zebra or `save_to_disk` wrote to a folder. Return None for any other folder."""
    if _is_zebras(path):
        return zebra.Dataset.open(path).split(split).load()
    if (path / "export.json").is_file():
        return datasets.load_dataset(str(path / "data"))
    if (path / "state.json").is_file() or (path / "dataset_dict.json").is_file():
        return datasets.load_from_disk(str(path))
    return None


def standard(rows: Dataset, *, pairs: bool, named: Collection[str] = ()) -> Dataset:
    """Return the columns `prompt`, `chosen` and, if the dataset has pairs, `rejected`, and others that a training may use.

    `pairs` says whether the trainer needs pairs, and `named` are columns that its settings name. Raise ZebraError if the columns are in none of the forms that TRL knows.
    """
    names = rows.column_names
    kept = [name for name in names if name in KEPT or name in named]
    if "chosen" in names and "rejected" in names:
        if "prompt" not in names:
            rows = rows.map(extract_prompt)
    elif pairs:
        msg = f"the trainer needs pairs, columns prompt, chosen and rejected; the dataset has {', '.join(names)}"
        raise zebra.ZebraError(msg)
    else:
        rows = _single(rows, kept)
    texts = [name for name in ("prompt", "chosen", "rejected") if name in rows.column_names]
    _check_types(rows, texts)
    return rows.select_columns([*texts, *kept])


def _single(rows: Dataset, kept: Collection[str]) -> Dataset:
    """Return single responses as the columns `prompt` and `chosen`."""
    names = rows.column_names
    if "prompt" in names and ("completion" in names or "chosen" in names):
        return rows if "chosen" in names else rows.rename_column("completion", "chosen")
    if "messages" in names:
        return _map(rows, kept, lambda row: {"prompt": row["messages"][:-1], "chosen": row["messages"][-1:]})
    if "text" in names:
        return _map(rows, kept, lambda row: {"prompt": "", "chosen": row["text"]})
    msg = f"the dataset has the columns {', '.join(names)}; it needs one of these forms: {FORMS}"
    raise zebra.ZebraError(msg)


def _map(rows: Dataset, kept: Collection[str], change: Callable[[dict[str, Any]], dict[str, Any]]) -> Dataset:
    return rows.map(change, remove_columns=[name for name in rows.column_names if name not in kept])


def _check_types(rows: Dataset, names: list[str]) -> None:
    """Raise ZebraError unless all texts are text, or all are messages."""
    kinds = {name: _kind(rows.features[name]) for name in names}
    for name, kind in kinds.items():
        if kind not in ("text", "messages") or kind != kinds["chosen"]:
            msg = (
                f"the column {name!r} has {kind or rows.features[name]}, and 'chosen' has "
                f"{kinds['chosen'] or rows.features['chosen']}; all of {', '.join(names)} must be text, or all lists of messages "
                "with role and content"
            )
            raise zebra.ZebraError(msg)


def _kind(feature: object) -> str:
    """Return whether a column is text or messages, an empty text if neither."""
    if isinstance(feature, datasets.Value) and feature.dtype in ("string", "large_string"):
        return "text"
    inner = getattr(feature, "feature", None) or (feature[0] if isinstance(feature, list) else None)
    return "messages" if isinstance(inner, dict) and {"role", "content"} <= {*inner} else ""


def manifest_of(location: str) -> zebra.Manifest | None:
    """Return the manifest of a dataset that zebra built, None for any other dataset."""
    try:
        return zebra.Dataset.open(location).manifest
    except zebra.ZebraError:
        return None
