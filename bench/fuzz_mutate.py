"""Damage to structures, bytes and tables, for `bench/fuzz_inputs.py`; the values it inserts are those of fuzz_values.json."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable  # noqa: TC003
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    import random

Row = dict[str, Any]
LONG, DEEP = "x" * 10_000_000, 3_000
WORDS: dict[str, Any] = json.loads(Path(__file__).with_name("fuzz_values.json").read_text())
VALUES: tuple[Any, ...] = (*WORDS["values"], 10**400, "x" * 70_000)
"""What replaces a value of a structure."""
CHUNKS = (*(text.encode("latin-1") for text in WORDS["bytes"]), b"9" * 5_000, b"[" * DEEP, b"]" * DEEP, b'{"a":' * DEEP)
"""What is inserted between bytes."""


def swap(draw: random.Random, value: Any) -> Any:
    """Return a structure with one value, at any depth, replaced by a hostile one, removed, or repeated."""
    if isinstance(value, (dict, list)) and value and draw.random() < 0.85:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key, copy = draw.choice(keys), value.copy()
        if draw.random() < 0.1:
            del copy[key]
        elif isinstance(copy, list) and draw.random() < 0.1:
            copy.append(copy[key])
        elif isinstance(copy, dict) and draw.random() < 0.1:
            copy[str(draw.choice(VALUES))[:99]] = copy.pop(key)
        else:
            copy[key] = swap(draw, copy[key])
        return copy
    return LONG if draw.random() < 0.001 else draw.choice(VALUES)


def scramble(draw: random.Random, data: bytes) -> bytes:
    """Return bytes with a few flipped, cut, repeated or inserted."""
    for _ in range(draw.choice((1, 1, 2, 5))):
        at = draw.randrange(len(data) + 1)
        end = min(len(data), at + draw.randrange(1, 80))
        how = draw.randrange(5)
        if how == 0 and at < len(data):
            data = data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :]
        elif how == 1:
            data = data[:at] if draw.random() < 0.5 else data[:at] + data[end:]
        elif how == 2:
            data = data[:end] + data[at:end] * draw.choice((1, 3, 100)) + data[end:]
        else:
            data = data[:at] + draw.choice(CHUNKS) + data[at:]
    return data


def _lines(rows: list[Row]) -> bytes:
    return b"\n".join(json.dumps(row).encode() for row in rows)


def _delimited(rows: list[Row], delimiter: str = ",") -> bytes:
    file = io.StringIO()
    header = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    texts = ([cell if isinstance(cell, str) else json.dumps(cell) for cell in map(row.get, header)] for row in rows)
    writer.writerows([header, *texts])
    return file.getvalue().encode("utf-8", "surrogatepass")


def _markdown(rows: list[Row]) -> bytes:
    header = list(rows[0])
    lines = [header, ["---"] * len(header), *([str(row.get(name, "")) for name in header] for row in rows)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines).encode("utf-8", "replace")


def _parquet(rows: list[Row]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def _arrow(rows: list[Row]) -> bytes:
    file, table = io.BytesIO(), pa.Table.from_pylist(rows)
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


WRITERS: dict[str, Callable[[list[Row]], bytes]] = {
    "jsonl": _lines,
    "json": lambda rows: json.dumps(rows).encode(),
    "csv": _delimited,
    "tsv": lambda rows: _delimited(rows, "\t"),
    "md": _markdown,
    "parquet": _parquet,
    "arrow": _arrow,
    "jsonl.gz": lambda rows: gzip.compress(_lines(rows), mtime=0),
    "jsonl.zst": lambda rows: pa.compress(_lines(rows), "zstd", asbytes=True),
}


def write_table(draw: random.Random, folder: Path, name: str, rows: list[Row], formats: str) -> str:
    """Write a hostile table in one of the formats, and return its name."""
    suffix = draw.choice(formats.split())
    whole = draw.random() < 0.5
    hostile = rows
    for _ in range(draw.choice((1, 1, 3)) if whole else 0):
        swapped = swap(draw, hostile)
        if isinstance(swapped, list) and swapped and (suffix == "json" or all(isinstance(r, dict) for r in swapped)):
            hostile = swapped
    try:
        data = WRITERS[suffix](hostile)
    except (pa.ArrowException, OverflowError, UnicodeError, ValueError, TypeError, AttributeError):
        data, whole = WRITERS[suffix](rows), False  # the format cannot hold the value
    (folder / f"{name}.{suffix}").write_bytes(data if whole else scramble(draw, data))
    return f"{name}.{suffix}"
