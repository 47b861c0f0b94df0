"""JSON: one object per line (also compressed), or one array of objects."""

from __future__ import annotations

import json
from functools import partial
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.json as pj

import zebra_core as zebra
from zebra_pools.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = 16 << 20
"""How many bytes Arrow parses together; a line must fit into it."""
SAMPLE = 100
"""How many lines are looked at to know the columns."""


def open_lines(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open JSON lines; the columns are those of the first lines."""
    sample = [line for _, line in islice(_lines(path), SAMPLE)]
    if not sample:
        msg = f"{path} has nothing but blank lines"
        raise zebra.ZebraError(msg)
    try:
        return pj.read_json(BytesIO(b"\n".join(sample))).schema, (Range(partial(read_lines, path)),)
    except pa.ArrowInvalid as wrong:
        raise _bad_line(path, None, wrong) from wrong


def read_lines(path: Path, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Read the wanted columns as a stream; ZebraError with the line for one that is no JSON, or of another type."""
    parse = pj.ParseOptions(explicit_schema=wanted, unexpected_field_behavior="ignore", newlines_in_values=False)
    try:
        with pa.input_stream(str(path.absolute()), compression="detect") as file:
            for batch in pj.open_json(file, pj.ReadOptions(block_size=BLOCK), parse):
                batch.validate(full=True)
                yield batch
    except pa.ArrowInvalid as wrong:
        raise _bad_line(path, wanted, wrong) from wrong


def open_json(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open a file that is one array of objects, or JSON lines under this name."""
    with path.open("rb") as file:
        start = file.read(1 << 10).lstrip(b"\xef\xbb\xbf \t\r\n")
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
    with pa.input_stream(str(path.absolute()), compression="detect") as file:
        rest, number = b"", 0
        while block := file.read(1 << 20):
            *whole, rest = (rest + block).split(b"\n")
            for number, line in enumerate(whole, number + 1):  # noqa: B020
                if line.strip():
                    yield number, line
        if rest.strip():
            yield number + 1, rest


def _bad_line(path: Path, wanted: pa.Schema | None, wrong: Exception) -> zebra.ZebraError:
    """Find the line that Arrow could not read, and return the error that names it."""
    types: dict[str, type] = {}
    for number, line in _lines(path):
        where = f"{path}, line {number}"
        try:
            row = _parsed(line, where, first=number == 1)
            _check(row, wanted or pa.schema([]), where)
            if wanted is None:
                _check_types(row, types, where)
        except zebra.ZebraError as found:
            return found
    return zebra.ZebraError(f"cannot read {path}: {str(wrong).splitlines()[0]}")


def _parsed(line: bytes, where: str, *, first: bool) -> dict[str, Any]:
    """Parse one line as Python does; ZebraError for what is no object, or too long for Arrow's block."""
    try:
        row = json.loads(line.decode("utf-8-sig" if first else "utf-8"))
    except UnicodeDecodeError as wrong:
        raise _not_utf8(where, wrong) from wrong
    except (ValueError, RecursionError) as wrong:
        msg = f"{where}: not JSON ({wrong}); correct or remove the line"
        raise zebra.ZebraError(msg) from wrong
    if not isinstance(row, dict):
        msg = f"{where}: expected an object, got {row!r:.60}; correct or remove the line"
        raise zebra.ZebraError(msg)
    if len(line) > BLOCK:
        msg = f"{where}: {len(line):,} bytes are more than the {BLOCK:,} that a line may have; shorten or remove it"
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
