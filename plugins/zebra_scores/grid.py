"""Tables in files: a header and rows of cells, each row with its place for messages."""

from __future__ import annotations

import csv
import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SUFFIXES = (".csv", ".tsv", ".json", ".md", ".parquet")


@attrs.frozen
class Grid:
    """A table as the file has it: for each row its place, such as `scores.csv, line 2`, and its cells by column name."""

    location: str
    header: tuple[str, ...]
    rows: list[tuple[str, dict[str, Any]]]

    def require_columns(self, *names: str) -> None:
        """Raise ZebraError, suggesting the closest match, if the table lacks one of these columns."""
        for name in names:
            if name not in self.header:
                what, where = "column", f"in {self.location!r}"
                raise zebra.unknown(what, name, [column for column in self.header if column], where)


def required_location(location: str | None, usage: str) -> str:
    """Return the location. Raise ZebraError if the user gave none; `usage` is how to give one."""
    if location is None:
        msg = f"the score source reads a file; name it: --scores {usage}"
        raise zebra.ZebraError(msg)
    return location


def open_grid(location: str) -> Grid:
    """Read a table from CSV, TSV, Markdown, parquet, or a JSON list of objects or lists. Raise ZebraError for anything else."""
    path = zebra.storage.place(location)
    read = READERS.get(zebra.storage.suffix_of(path))
    if read is None:
        msg = f"{location} is not a table; a table is a file with the suffix {', '.join(SUFFIXES)}"
        raise zebra.ZebraError(msg)
    with reading(path, location):
        return read(path, location)


def header_of(location: str) -> tuple[str, ...]:
    """Return the column names of a table, none if the location is not a table. Of a CSV file, only one line is read."""
    path = zebra.storage.place(location)
    suffix = zebra.storage.suffix_of(path)
    if suffix not in READERS or not path.is_file():
        return ()
    try:
        if READERS[suffix] is not _read_csv:
            return open_grid(location).header
        with path.open(encoding="utf-8-sig", newline="") as file:
            return tuple(name.strip() for name in next(_csv_reader(path, file), []))
    except (zebra.ZebraError, UnicodeDecodeError, csv.Error):
        return ()


def lacks_column(location: str, *names: str) -> str | None:
    """Return which of these columns a table lacks, as the reason to decline it; None if it has them all."""
    header = header_of(location)
    missing = [name for name in names if name not in header]
    return f"has no column {missing[0]!r}" if missing else None


def parse_json(path: Path, location: str) -> Any:
    """Return the value in a JSON file. Raise ZebraError if it cannot be read or is not JSON."""
    try:
        with reading(path, location):
            return json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        msg = f"{location} is not valid JSON: {error}"
        raise zebra.ZebraError(msg) from error


@contextmanager
def reading(path: Path, location: str) -> Iterator[None]:
    """Turn what can go wrong in reading a file into a ZebraError."""
    try:
        yield
    except UnicodeDecodeError as error:
        msg = f"{location} is not UTF-8 (byte {error.object[error.start]:#x} at {error.start}); save it as UTF-8"
        raise zebra.ZebraError(msg) from error
    except (zebra.ZebraError, json.JSONDecodeError, RecursionError):
        raise
    except (csv.Error, *zebra.storage.faults(path)) as error:  # type: ignore[misc]
        msg = f"cannot read {location}: {getattr(error, 'strerror', None) or error}"
        raise zebra.ZebraError(msg) from error


def _csv_reader(path: Path, file: TextIO) -> Any:
    return csv.reader(file, delimiter="\t" if zebra.storage.suffix_of(path) == ".tsv" else ",", strict=True)


def _read_csv(path: Path, location: str) -> Grid:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = _csv_reader(path, file)
        lines = [(f"{location}, line {reader.line_num}", line) for line in reader if any(map(str.strip, line))]
    if len(lines) < 2:
        msg = f"{location} has {len(lines)} lines; a score table has a line of column names and a line per model"
        raise zebra.ZebraError(msg)
    header = [name.strip() for name in lines[0][1]]
    duplicates = {name for name in header if name and header.count(name) > 1}
    if duplicates:
        msg = f"{location}: the column {duplicates.pop()!r} appears twice; rename or remove one"
        raise zebra.ZebraError(msg)
    for place, line in lines[1:]:
        if any(map(str.strip, line[len(header) :])):
            msg = f"{place}: {len(line)} cells, but the first line has {len(header)}; quote cells that contain a comma"
            raise zebra.ZebraError(msg)
    return Grid(location, tuple(header), [(place, dict(zip(header, line, strict=False))) for place, line in lines[1:]])


def _read_markdown(path: Path, location: str) -> Grid:
    """Read the first table of a page; a link is read as its text."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    dashes = r"\s*\|?[\s:|-]*-[\s:|-]*\|[\s:|-]*"
    start = next((n for n, line in enumerate(lines[1:], 1) if re.fullmatch(dashes, line)), None)
    if start is None:
        msg = f"{location} has no table; a table in Markdown has a line of column names and a line of dashes"
        raise zebra.ZebraError(msg)
    header, rows = _markdown_cells(lines[start - 1]), []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if not line.strip().startswith("|"):
            break
        rows.append((f"{location}, line {number}", dict(zip(header, _markdown_cells(line), strict=False))))
    return Grid(location, tuple(header), rows)


def _markdown_cells(line: str) -> list[str]:
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line.strip().removeprefix("|").removesuffix("|"))
    return [cell.strip().strip("*`").strip() for cell in re.split(r"(?<!\\)\|", text)]


def _read_parquet(path: Path, location: str) -> Grid:
    import pyarrow.parquet as pq  # noqa: PLC0415

    with pq.ParquetFile(zebra.storage.source(path)) as file:
        rows = file.read().to_pylist()
        header = tuple(file.schema_arrow.names)
    return Grid(location, header, [(f"{location}, row {number}", row) for number, row in enumerate(rows, 1)])


def _read_json(path: Path, location: str) -> Grid:
    entries = parse_json(path, location)
    if not (isinstance(entries, list) and entries and all(isinstance(entry, (dict, list)) for entry in entries)):
        msg = f"{location} is not a table; a table in JSON is a list of objects, or of lists"
        raise zebra.ZebraError(msg)
    rows = [entry if isinstance(entry, dict) else {str(k): cell for k, cell in enumerate(entry)} for entry in entries]
    header = dict.fromkeys(name for row in rows for name in row)
    return Grid(location, tuple(header), [(f"{location}, entry {number}", row) for number, row in enumerate(rows, 1)])


READERS: dict[str, Callable[[Path, str], Grid]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".md": _read_markdown,
    ".parquet": _read_parquet,
    ".json": _read_json,
}
