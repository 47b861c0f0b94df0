"""Rows that hold prompts: lines of text or JSON, the rows of a table, or a dataset of the Hub, as dictionaries."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pyarrow import RecordBatch

Row: TypeAlias = tuple[int, str, Any]
"""A row: its number from 1, where it is, in words, and its value, None if it is not valid JSON."""
COLUMNS = ("id", "prompt", "instruction", "messages", "source")
"""The columns that are read."""
ARGUMENTS = ("split", "name", "revision", "data_dir")
"""The arguments of `datasets.load_dataset` that a location may have."""


def rows_of(location: str, limit: int | None = None) -> Iterator[Row]:
    """Yield the rows of a file, or of `hub:NAME?split=...`. Raise ZebraError if it cannot be read."""
    if location.startswith("hub:"):
        rows = _of_hub(location)
    else:
        path = zebra.storage.place(location)
        suffix = zebra.storage.suffix_of(path)
        if suffix not in READERS:
            formats = ", ".join([*READERS, "hub:NAME"])
            msg = f"prompts are read from {formats}, and {location} is none of them; convert it, one prompt per row"
            raise zebra.ZebraError(msg)
        rows = _of_file(path, READERS[suffix])
    return islice(rows, limit)


def _of_file(path: Path, read: Callable[[Path], Iterator[Row]]) -> Iterator[Row]:
    try:
        yield from read(path)
    except zebra.ZebraError:
        raise
    except Exception as error:
        reason = getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0]
        msg = f"cannot read the prompts {zebra.storage.shown(path)}: {reason}"
        raise zebra.ZebraError(msg) from error


def _lines(path: Path) -> Iterator[tuple[int, str, str]]:
    with path.open(encoding="utf-8-sig", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, f"line {number} of {zebra.storage.shown(path)}", line


def _text(path: Path) -> Iterator[Row]:
    for number, where, line in _lines(path):
        yield number, where, {"prompt": line.strip()}


def _json(path: Path) -> Iterator[Row]:
    for number, where, line in _lines(path):
        try:
            yield number, where, None if zebra.is_too_deep(line.encode()) else json.loads(line)
        except ValueError:
            yield number, where, None


def _parquet(path: Path) -> Iterator[Row]:
    import pyarrow.parquet as pq  # noqa: PLC0415  # not needed for lines

    with pq.ParquetFile(zebra.storage.source(path)) as file:
        names = [name for name in COLUMNS if name in file.schema_arrow.names]
        yield from _rows_in(file.iter_batches(1_000, columns=names), zebra.storage.shown(path))


def _csv(path: Path) -> Iterator[Row]:
    import csv  # noqa: PLC0415  # not needed for lines

    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 1):
            yield number, f"row {number} of {zebra.storage.shown(path)}", {n: v for n, v in row.items() if v}


def _rows_in(batches: Iterator[RecordBatch], name: str) -> Iterator[Row]:
    number = 0
    for batch in batches:
        for row in batch.to_pylist():
            number += 1
            yield number, f"row {number} of {name}", row


def _of_hub(location: str) -> Iterator[Row]:
    from datasets import load_dataset  # noqa: PLC0415  # slow to import

    name, _, query = location.removeprefix("hub:").partition("?")
    arguments = {"split": "train", **dict(parse_qsl(query))}
    for argument in arguments:
        if argument not in ARGUMENTS:
            what, where = "argument", f"of hub:{name}"
            raise zebra.unknown(what, argument, ARGUMENTS, where)
    try:
        for number, row in enumerate(load_dataset(name, streaming=True, **arguments), 1):
            yield number, f"row {number} of {location}", row
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        msg = f"cannot load {name!r} from the Hugging Face Hub: {reason}"
        raise zebra.ZebraError(msg) from error


READERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    ".jsonl": _json,
    ".parquet": _parquet,
    ".csv": _csv,
    ".txt": _text,
}
