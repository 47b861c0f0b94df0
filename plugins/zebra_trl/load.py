"""The dataset to train on: read from wherever it is, and brought to one form: prompt, chosen and, where there are pairs, rejected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import datasets
from datasets import Dataset, DatasetDict
from trl.data_utils import extract_prompt

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable

FILES = {".parquet": "parquet", ".jsonl": "json", ".ndjson": "json", ".json": "json", ".csv": "csv", ".arrow": "arrow"}
SIGNALS = ("margin", "confidence", "similarity")
KEPT = ("tools", "label", "source", *SIGNALS)
FORMS = "prompt, chosen, rejected; chosen, rejected; prompt, completion[, label]; messages; or text"


def read(location: str) -> Dataset:
    """Read a dataset: a folder that zebra, `save_to_disk` or anyone wrote, a file, a URL, or `hub:NAME?split=...`.

    Raises ZebraError where there is none, or it has no such split.
    """
    name, _, query = location.partition("?")
    arguments = dict(parse_qsl(query))
    split = arguments.pop("split", "train")
    try:
        found = _opened(name, split, arguments)
    except zebra.ZebraError:
        raise
    except Exception as wrong:  # datasets raises whatever its builders do
        text = str(wrong).splitlines()[0] if str(wrong) else type(wrong).__name__
        msg = f"cannot read the dataset {location!r}: {text}"
        raise zebra.ZebraError(msg) from wrong
    if isinstance(found, DatasetDict):
        if split not in found:
            msg = f"the dataset {location!r} has no split {split!r}, only {', '.join(found)}; say {name}?split={next(iter(found))}"
            raise zebra.ZebraError(msg)
        found = found[split]
    if not len(found):
        msg = f"the dataset {location!r} has no row"
        raise zebra.ZebraError(msg)
    return found


def _opened(name: str, split: str, arguments: dict[str, str]) -> Dataset | DatasetDict:
    path = zebra.storage.place(name)
    if "://" in name or path.is_dir():
        shards = [str(file) for file in sorted((path / "data").glob("*.parquet"))]
        if shards and (path / "manifest.json").is_file():
            return datasets.load_dataset("parquet", data_files=shards, split="train")
        if (path / "state.json").is_file() or (path / "dataset_dict.json").is_file():
            return datasets.load_from_disk(str(path))
    if path.is_file():
        if path.suffix not in FILES:
            msg = f"{name} is no dataset file: its name ends in none of {', '.join(FILES)}"
            raise zebra.ZebraError(msg)
        return datasets.load_dataset(FILES[path.suffix], data_files=name, split="train")
    if not name.startswith("hub:") and not path.is_dir() and (name.count("/") != 1 or name.startswith((".", "/"))):
        msg = f"there is no dataset {name}: no such folder or file; a dataset of the Hugging Face hub is hub:NAME"
        raise zebra.ZebraError(msg)
    return datasets.load_dataset(name.removeprefix("hub:"), split=split, **arguments)


def standard(rows: Dataset, *, pairs: bool) -> Dataset:
    """Return columns `prompt`, `chosen`, `rejected` where the dataset has pairs, and what else a training may use.

    `pairs` is whether the trainer wants pairs. Raises ZebraError for columns that TRL has no name for, or of other types.
    """
    names = rows.column_names
    if "chosen" in names and "rejected" in names:
        if "prompt" not in names:
            rows = rows.map(extract_prompt)
    elif pairs:
        msg = f"the trainer needs pairs, columns prompt, chosen and rejected; the dataset has {', '.join(names)}"
        raise zebra.ZebraError(msg)
    else:
        rows = _single(rows)
    wanted = [name for name in ("prompt", "chosen", "rejected") if name in rows.column_names]
    _check_types(rows, wanted)
    return rows.select_columns([*wanted, *(name for name in KEPT if name in rows.column_names)])


def _single(rows: Dataset) -> Dataset:
    """Bring responses without a rejected one to `prompt` and `chosen`."""
    names = rows.column_names
    if "prompt" in names and ("completion" in names or "chosen" in names):
        return rows if "chosen" in names else rows.rename_column("completion", "chosen")
    if "messages" in names:
        return _mapped(rows, lambda row: {"prompt": row["messages"][:-1], "chosen": row["messages"][-1:]})
    if "text" in names:
        return _mapped(rows, lambda row: {"prompt": "", "chosen": row["text"]})
    msg = f"the dataset has the columns {', '.join(names)}; wanted are {FORMS}"
    raise zebra.ZebraError(msg)


def _mapped(rows: Dataset, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Dataset:
    return rows.map(change, remove_columns=[name for name in rows.column_names if name not in KEPT])


def _check_types(rows: Dataset, names: list[str]) -> None:
    """Raise ZebraError unless all texts are text, or all are messages."""
    kinds = {name: _kind(rows.features[name]) for name in names}
    for name, kind in kinds.items():
        if kind not in ("text", "messages") or kind != kinds["chosen"]:
            msg = (
                f"the column {name!r} holds {kind or rows.features[name]}, and 'chosen' holds "
                f"{kinds['chosen'] or rows.features['chosen']}; all of {', '.join(names)} must be text, or all lists of messages "
                "with role and content"
            )
            raise zebra.ZebraError(msg)


def _kind(feature: Any) -> str:
    if isinstance(feature, datasets.Value) and feature.dtype in ("string", "large_string"):
        return "text"
    inner = getattr(feature, "feature", None) or (feature[0] if isinstance(feature, list) else None)
    return "messages" if isinstance(inner, dict) and {"role", "content"} <= {*inner} else ""


def manifest_of(location: str) -> zebra.Manifest | None:
    """Return the manifest of a dataset that zebra built; None for any other."""
    try:
        return zebra.Manifest.read(Path(location))
    except zebra.ZebraError:
        return None
