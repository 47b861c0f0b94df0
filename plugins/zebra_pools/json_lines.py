"""JSON: one object per line (also compressed), or one array of objects."""

from __future__ import annotations

import json
import sys
from functools import partial
from io import BufferedReader, BytesIO
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.json as pj

import zebra_core as zebra
from zebra_pools.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = 12 << 20
"""How many bytes are parsed together, about: whole lines, and one line at the least, however long."""
RANGE = 48 << 20
"""How many bytes of a file that is not compressed are read apart from the others, about."""
BOM = b"\xef\xbb\xbf"
SAMPLE = 100
"""How many lines are looked at to know the columns."""


def open_lines(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open JSON lines; the columns are those of the first lines. A large file is read in ranges of bytes."""
    sample = [line for _, line in islice(_lines(path), SAMPLE)]
    if not sample:
        msg = f"{path} has nothing but blank lines"
        raise zebra.ZebraError(msg)
    size = path.stat().st_size
    whole = path.suffix.casefold() in (".gz", ".zst")
    ends = [*range(RANGE, size - RANGE // 2, RANGE)] if not whole else []
    try:
        schema = pj.read_json(BytesIO(b"\n".join(sample))).schema
    except pa.ArrowInvalid as wrong:
        raise _bad_line(path, None, wrong) from wrong
    spans = pairwise([0, *ends, sys.maxsize])
    return schema, tuple(
        Range(partial(read_lines, path, a, b), before=partial(_rows_before, path, a)) for a, b in spans
    )


def _rows_before(path: Path, start: int) -> int:
    """Count the rows of the lines that begin before a byte."""
    return sum(bool(line.strip()) for block in _blocks(path, 0, start) for line in block.split(b"\n"))


def read_lines(path: Path, start: int, stop: int, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Read the wanted columns of the lines that begin in [start, stop), as a stream.

    Raises ZebraError with the line for one that is no JSON, or of another type.
    """
    parse = pj.ParseOptions(explicit_schema=wanted, unexpected_field_behavior="ignore", newlines_in_values=False)
    try:
        for block in _blocks(path, start, stop):
            table = pj.read_json(
                pa.BufferReader(block), pj.ReadOptions(use_threads=False, block_size=len(block) + 1), parse
            )
            table.validate(full=True)
            yield from table.to_batches()
    except pa.ArrowInvalid as wrong:
        raise _bad_line(path, wanted, wrong) from wrong


def _blocks(path: Path, start: int, stop: int) -> Iterator[bytes]:
    """Yield the lines that begin in [start, stop), many together."""
    with _opened(path) as file:
        if start:
            file.seek(start - 1)
            start += len(file.readline()) - 1
        while start < stop and (block := file.read(min(BLOCK, stop - start))):
            block += file.readline()
            start += len(block)
            if block.strip():
                yield block.removeprefix(BOM)


def _opened(path: Path) -> BufferedReader:
    """Open a file, compressed or not, for reading lines of bytes."""
    return BufferedReader(pa.input_stream(str(path.absolute()), compression="detect"))


def open_json(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open a file that is one array of objects, or JSON lines under this name."""
    with path.open("rb") as file:
        start = file.read(1 << 10).removeprefix(BOM).lstrip()
    if not start.startswith(b"["):
        return open_lines(path)
    rows = _array(path)
    names: dict[str, Any] = {
        name: row[name] for row in reversed(rows[:SAMPLE]) for name in row if row[name] is not None
    }
    return pa.RecordBatch.from_pylist([names]).schema, (Range(partial(_read_array, path), len(rows)),)


def _read_array(path: Path, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    rows = _array(path)
    for number, row in enumerate(rows, 1):
        _check(row, wanted, f"{path}, entry {number}")
    yield pa.RecordBatch.from_pylist(rows, schema=wanted)


def _array(path: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as wrong:
        raise _not_utf8(str(path), wrong) from wrong
    except (ValueError, RecursionError) as wrong:
        msg = f"{path} is no JSON: {wrong}"
        raise zebra.ZebraError(msg) from wrong
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            msg = f"{path}, entry {number}: expected an object, got {row!r:.60}"
            raise zebra.ZebraError(msg)
    return list(rows)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each line that is not blank."""
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line.removeprefix(BOM) if number == 1 else line


def _bad_line(path: Path, wanted: pa.Schema | None, wrong: Exception) -> zebra.ZebraError:
    """Find the line that Arrow could not read, and return the error that names it."""
    types: dict[str, type] = {}
    for number, line in _lines(path):
        where = f"{path}, line {number}"
        try:
            row = _parsed(line, where)
            _check(row, wanted or pa.schema([]), where)
            if wanted is None:
                _check_types(row, types, where)
        except zebra.ZebraError as found:
            return found
    return zebra.ZebraError(f"cannot read {path}: {str(wrong).splitlines()[0]}")


def _parsed(line: bytes, where: str) -> dict[str, Any]:
    """Parse one line as Python does; ZebraError for what is no object."""
    try:
        row = json.loads(line.decode())
    except UnicodeDecodeError as wrong:
        raise _not_utf8(where, wrong) from wrong
    except (ValueError, RecursionError) as wrong:
        msg = f"{where}: not JSON ({wrong}); correct or remove the line"
        raise zebra.ZebraError(msg) from wrong
    if not isinstance(row, dict):
        msg = f"{where}: expected an object, got {row!r:.60}; correct or remove the line"
        raise zebra.ZebraError(msg)
    return row


def _check_types(row: dict[str, Any], types: dict[str, type], where: str) -> None:
    """Hold a row to the types of the rows before it."""
    for name, value in row.items():
        if value is not None and types.setdefault(name, type(value)) is not type(value):
            now, before = type(value).__name__, types[name].__name__
            msg = f"{where}: {name!r} is {now}, but {before} before; write the column in one type"
            raise zebra.ZebraError(msg)


def _check(row: dict[str, Any], wanted: pa.Schema, where: str) -> None:
    for field in wanted:
        if not _fits(row.get(field.name), field.type):
            msg = f"{where}: {field.name!r} must be {_told(field.type)}, got {row[field.name]!r:.80}; correct or remove the line"
            raise zebra.ZebraError(msg)


def _fits(value: Any, kind: pa.DataType) -> bool:
    """Whether a value of JSON can be read as the type; null always can."""
    if value is None:
        return True
    if pa.types.is_list(kind):
        return isinstance(value, list) and all(_fits(item, kind.value_type) for item in value)
    if pa.types.is_struct(kind):
        return isinstance(value, dict) and all(_fits(value.get(field.name), field.type) for field in kind.fields)
    if pa.types.is_floating(kind):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str)


def _told(kind: pa.DataType) -> str:
    return str(kind).replace("element: ", "").replace("item: ", "")


def _not_utf8(where: str, wrong: UnicodeDecodeError) -> zebra.ZebraError:
    byte = wrong.object[wrong.start]
    return zebra.ZebraError(f"{where}: not UTF-8 (byte {byte:#04x} at {wrong.start}); save the file as UTF-8")
