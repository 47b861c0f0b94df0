"""Rows as Python objects, for formats whose values have no common type; JSON is read as it is, other files as tables."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs
import pyarrow as pa

import zebra_core as zebra
from zebra_pools.files import json_lines
from zebra_pools.files.tables import files_of, format_of, open_file, open_hub, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

Row: TypeAlias = dict[str, Any]
FIRST = 100
"""The number of rows among which the first one that can be read is looked for."""


@attrs.frozen
class Source:
    """A file, or a dataset of the Hub, whose `path` is None."""

    name: str
    path: Path | None = None

    def rows(self, columns: tuple[str, ...]) -> Iterator[tuple[int, Row] | zebra.Rejected]:
        """Read the rows, each with its line or number; of a table, only these columns, or all if none is named.

        Raise ZebraError if the file is damaged, or of an unknown format.
        """
        if self.path is None:
            yield from _table_rows(self, columns)
            return
        try:
            is_json = (format_of(self.path) or "").startswith((".json", ".ndjson"))
            yield from _json_rows(self) if is_json else _table_rows(self, columns)
        except zebra.storage.faults(self.path) as error:
            raise unreadable(self.path, error) from error

    def first(self, columns: tuple[str, ...]) -> Row:
        """Return the first row. Raise ZebraError if none of the first rows can be read."""
        if self.path is None:
            row = _first_of_hub(self, Path.cwd())
            return {name: value for name, value in row.items() if name in columns}
        state = self.path.stat()
        return _first(self, columns, (state.st_size, state.st_mtime))


def open_sources(location: str | None, pattern: str = "*") -> list[Source]:
    """Return the sources of a location. Raise ZebraError if there is none; `pattern` is as in `files_of`."""
    if location is None:
        msg = "the pool reader reads a file or a folder; name it: --pool READER:LOCATION"
        raise zebra.ZebraError(msg)
    if location.startswith("hub:"):
        return [Source(location)]
    path = zebra.storage.place(location)
    try:
        files = files_of(path, location, pattern)
    except zebra.storage.faults(path) as error:
        raise unreadable(path, error) from error
    return [Source(_name(file, path), file) for file in files]


def _name(file: Path, location: Path) -> str:
    """Return the name of a file: in a folder, its path from there."""
    return zebra.storage.file_name(file) if file == location else file.relative_to(location).as_posix()


@lru_cache(maxsize=4)
def _first_of_hub(source: Source, folder: Path) -> Row:  # noqa: ARG001  # a name may be that of a local folder
    """Return the first row with all columns, for all the readers that look at it."""
    return _first_row(source, ())


@lru_cache(maxsize=256)
def _first(source: Source, columns: tuple[str, ...], version: tuple[float, ...]) -> Row:  # noqa: ARG001  # a changed file is read again
    return _first_row(source, columns)


def _first_row(source: Source, columns: tuple[str, ...]) -> Row:
    """Return the first row that can be read. Raise ZebraError if none of the first rows can."""
    reason = "it is empty"
    for item in islice(source.rows(columns), FIRST):
        if not isinstance(item, zebra.Rejected):
            return item[1]
        reason = item.reason
    msg = f"{source.name}: none of its first rows can be read; {reason}"
    raise zebra.ZebraError(msg)


def _json_rows(source: Source) -> Iterator[tuple[int, Row] | zebra.Rejected]:
    path = source.path
    if path is None:
        return
    if format_of(path) == ".json" and json_lines.is_array(path):
        for number, row in enumerate(json_lines.array(path), 1):
            yield _checked(row, number, "row", source)
        return
    for number, line in json_lines.lines(path):
        try:
            row = json_lines.parsed(line)
        except zebra.RowError as error:
            yield zebra.Rejected(str(error), number, source.name, "line")
        else:
            yield _checked(row, number, "line", source)


def _checked(row: object, number: int, unit: str, source: Source) -> tuple[int, Row] | zebra.Rejected:
    if isinstance(row, dict):
        return number, row
    return zebra.Rejected(f"expected an object, got {row!r:.60}", number, source.name, unit)


def _table_rows(source: Source, columns: tuple[str, ...]) -> Iterator[tuple[int, Row] | zebra.Rejected]:
    table = open_file(source.path) if source.path else open_hub(source.name)
    schema = pa.schema([field for field in table.schema if field.name in columns or not columns])
    if not schema.names:
        msg = f"{source.name} has no column {' or '.join(map(repr, columns))}"
        raise zebra.ZebraError(msg)
    number = 1
    for batch in table.read(schema):
        for item in [batch] if isinstance(batch, zebra.Rejected) else zebra.convert_or_reject(batch, _objects):
            if isinstance(item, zebra.Rejected):
                yield attrs.evolve(item, line=item.line or number, file=item.file or source.name)
                number += 1
            else:
                yield from enumerate(item, number)
                number += len(item)


def _objects(batch: pa.RecordBatch) -> list[Row]:
    """Return rows as dictionaries. Raise ArrowInvalid if a text is not UTF-8."""
    batch.validate(full=True)
    rows: list[Row] = batch.to_pylist()
    return rows
