"""Files that are a table: a header, and rows of cells, each with the place that a message names."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any, TextIO

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SUFFIXES = (".csv", ".tsv", ".json", ".md", ".parquet")


@attrs.frozen
class Grid:
    """A table as it stands in a file: `rows` are cells under the names of the header, with where each stands."""

    location: str
    header: tuple[str, ...]
    rows: list[tuple[str, dict[str, Any]]]


def open_grid(location: str) -> Grid:
    """Read a CSV, TSV, Markdown or parquet table, a JSON list of objects or of lists; ZebraError for anything else."""
    path = zebra.storage.place(location)
    read = READERS.get(path.suffix.casefold())
    if read is None:
        msg = f"{location} is no table; one is made of {', '.join(SUFFIXES)}"
        raise zebra.ZebraError(msg)
    try:
        return read(path, location)
    except UnicodeDecodeError as wrong:
        msg = f"{location} is not UTF-8 (byte {wrong.object[wrong.start]:#x} at {wrong.start}); save it as UTF-8"
        raise zebra.ZebraError(msg) from wrong
    except zebra.ZebraError:
        raise
    except (csv.Error, *zebra.storage.faults(path)) as wrong:  # type: ignore[misc]
        msg = f"cannot read {location}: {getattr(wrong, 'strerror', None) or wrong}"
        raise zebra.ZebraError(msg) from wrong


def header_of(location: str) -> tuple[str, ...]:
    """Return the names of a table's columns, none where the location is no table; of a CSV file one line is read."""
    path = zebra.storage.place(location)
    suffix = path.suffix.casefold()
    if suffix not in READERS or not path.is_file():
        return ()
    try:
        if READERS[suffix] is not _separated:
            return open_grid(location).header
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(name.strip() for name in next(_reader(path, file), []))
    except (zebra.ZebraError, UnicodeDecodeError, csv.Error):
        return ()


def _reader(path: Path, file: TextIO) -> Iterator[list[str]]:
    return csv.reader(file, delimiter="\t" if path.suffix.casefold() == ".tsv" else ",", strict=True)


def _separated(path: Path, location: str) -> Grid:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader: Any = _reader(path, file)
        lines = [(f"{location}, line {reader.line_num}", line) for line in reader if any(map(str.strip, line))]
    if len(lines) < 2:
        msg = f"{location} has {len(lines)} lines; a score table has a line of column names and a line per model"
        raise zebra.ZebraError(msg)
    header = [name.strip() for name in lines[0][1]]
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        msg = f"{location}: the column {twice.pop()!r} stands twice; rename or remove one"
        raise zebra.ZebraError(msg)
    for where, line in lines[1:]:
        if any(cell.strip() for cell in line[len(header) :]):
            msg = f"{where}: {len(line)} cells, but the first line has {len(header)}; quote a cell that holds a comma"
            raise zebra.ZebraError(msg)
    return Grid(location, tuple(header), [(where, dict(zip(header, line, strict=False))) for where, line in lines[1:]])


def _markdown(path: Path, location: str) -> Grid:
    """Read the first table; of a link the text is taken."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    start = next(
        (n for n, line in enumerate(lines[1:], 1) if re.fullmatch(r"\s*\|?[\s:|-]*-[\s:|-]*\|[\s:|-]*", line)), None
    )
    if start is None:
        msg = f"{location} has no table; a table in Markdown has a line of column names and a line of dashes"
        raise zebra.ZebraError(msg)
    header, rows = _cells(lines[start - 1]), []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if not line.strip().startswith("|"):
            break
        rows.append((f"{location}, line {number}", dict(zip(header, _cells(line), strict=False))))
    return Grid(location, tuple(header), rows)


def _cells(line: str) -> list[str]:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line.strip().removeprefix("|").removesuffix("|"))
    return [cell.strip().strip("*`").strip() for cell in re.split(r"(?<!\\)\|", text)]


def _parquet(path: Path, location: str) -> Grid:
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(zebra.storage.source(path)) as file:
        rows = file.read().to_pylist()
        header = tuple(file.schema_arrow.names)
    return Grid(location, header, [(f"{location}, row {number}", row) for number, row in enumerate(rows, 1)])


def _json(path: Path, location: str) -> Grid:
    held = parsed(path, location)
    if not (isinstance(held, list) and held and all(isinstance(row, (dict, list)) for row in held)):
        msg = f"{location} is no table; a table in JSON is a list of objects, or of lists"
        raise zebra.ZebraError(msg)
    rows = [row if isinstance(row, dict) else {str(k): cell for k, cell in enumerate(row)} for row in held]
    header = dict.fromkeys(name for row in rows for name in row)
    return Grid(location, tuple(header), [(f"{location}, entry {number}", row) for number, row in enumerate(rows, 1)])


def parsed(path: Path, location: str) -> Any:
    """Parse a JSON file; ZebraError where it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as wrong:
        msg = f"{location} is not UTF-8 (byte {wrong.object[wrong.start]:#x} at {wrong.start}); save it as UTF-8"
        raise zebra.ZebraError(msg) from wrong
    except OSError as wrong:
        msg = f"cannot read {location}: {wrong.strerror or wrong}"
        raise zebra.ZebraError(msg) from wrong
    except (ValueError, RecursionError) as wrong:
        msg = f"{location} is no JSON: {wrong}"
        raise zebra.ZebraError(msg) from wrong


READERS: dict[str, Callable[[Path, str], Grid]] = {
    ".csv": _separated,
    ".tsv": _separated,
    ".md": _markdown,
    ".parquet": _parquet,
    ".json": _json,
}
