"""JSON: one object per line (also compressed), or one array of objects."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from functools import partial
from io import BufferedReader, BytesIO
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import attrs
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
    spans = pairwise([0, *ends, sys.maxsize])
    return _schema(path, sample), tuple(
        Range(partial(read_lines, path, a, b), before=partial(_rows_before, path, a)) for a, b in spans
    )


def _schema(path: Path, sample: list[bytes]) -> pa.Schema:
    """Return the columns of the first lines; one that is no JSON, or of another type than those before it, has no say."""
    try:
        return pj.read_json(BytesIO(b"\n".join(sample))).schema
    except pa.ArrowInvalid:
        good: list[bytes] = []
        for line in sample:
            with suppress(pa.ArrowInvalid):
                schema = pj.read_json(BytesIO(b"\n".join([*good, line]))).schema
                good.append(line)
    if not good:
        msg = (
            f"{path}: none of its first {len(sample)} lines can be read; the first: {_fault(sample[0], pa.schema([]))}"
        )
        raise zebra.ZebraError(msg)
    return schema


def _rows_before(path: Path, start: int) -> int:
    """Count the rows of the lines that begin before a byte."""
    return sum(bool(line.strip()) for block in _blocks(path, 0, start) for line in block.split(b"\n"))


def read_lines(path: Path, start: int, stop: int, wanted: pa.Schema) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    """Read the wanted columns of the lines that begin in [start, stop), as a stream."""
    lines = 0
    for block in _blocks(path, start, stop):
        try:
            if block.strip():
                yield _parsed(block, wanted)
        except pa.ArrowInvalid:
            before = lines + sum(found.count(b"\n") for found in _blocks(path, 0, start))
            yield from _rescued(block, wanted, before)
        lines += block.count(b"\n")


def _parsed(block: bytes, wanted: pa.Schema) -> pa.RecordBatch:
    """Parse whole lines at once; ArrowInvalid where one of them is no JSON, of another type, or not UTF-8."""
    parse = pj.ParseOptions(explicit_schema=wanted, unexpected_field_behavior="ignore", newlines_in_values=False)
    table = pj.read_json(pa.BufferReader(block), pj.ReadOptions(use_threads=False, block_size=len(block) + 1), parse)
    table.validate(full=True)
    return table.to_batches()[0]


def _rescued(block: bytes, wanted: pa.Schema, before: int) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    """Parse the good lines of a block; `before` is how many lines of the file come before it."""

    def parse(lines: list[tuple[int, bytes]]) -> pa.RecordBatch:
        try:
            return _parsed(b"\n".join(line for _, line in lines), wanted)
        except pa.ArrowInvalid as wrong:
            if len(lines) > 1:
                raise
            raise zebra.RowError(0, _fault(lines[0][1], wanted) or str(wrong)) from wrong

    lines = [(number, line) for number, line in enumerate(block.split(b"\n"), before + 1) if line.strip()]
    row = 0
    for piece in zebra.convert_or_reject(lines, parse):
        if isinstance(piece, zebra.Rejected):
            yield attrs.evolve(piece, line=lines[row][0], unit="line")
            row += 1
        else:
            yield piece
            row += piece.num_rows


def _blocks(path: Path, start: int, stop: int) -> Iterator[bytes]:
    """Yield the lines that begin in [start, stop), many together."""
    with _opened(path) as file:
        if start:
            file.seek(start - 1)
            start += len(file.readline()) - 1
        while start < stop and (block := file.read(min(BLOCK, stop - start))):
            block += file.readline()
            start += len(block)
            yield block.removeprefix(BOM)


def _opened(path: Path) -> BufferedReader:
    """Open a file, compressed or not, for reading lines of bytes."""
    packed = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix.casefold())
    return BufferedReader(pa.input_stream(zebra.storage.source(path), compression=packed))


def open_json(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open a file that is one array of objects, or JSON lines under this name."""
    with path.open("rb") as file:
        start = file.read(1 << 10).removeprefix(BOM).lstrip()
    if not start.startswith(b"["):
        return open_lines(path)
    rows = _array(path)
    objects = [row for row in rows[:SAMPLE] if isinstance(row, dict)]
    names: dict[str, Any] = {name: row[name] for row in reversed(objects) for name in row if row[name] is not None}
    return pa.RecordBatch.from_pylist([names]).schema, (Range(partial(_read_array, path), len(rows)),)


def _read_array(path: Path, wanted: pa.Schema) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    def convert(rows: list[Any]) -> pa.RecordBatch:
        for row in rows:
            _check(row, wanted)
        return pa.RecordBatch.from_pylist(rows, schema=wanted)

    return zebra.convert_or_reject(_array(path), convert)


def _array(path: Path) -> list[Any]:
    try:
        rows: list[Any] = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as wrong:
        msg = f"{path} is {_not_utf8(wrong)}; save the file as UTF-8"
        raise zebra.ZebraError(msg) from wrong
    except (ValueError, RecursionError) as wrong:
        msg = f"{path} is no JSON: {wrong}"
        raise zebra.ZebraError(msg) from wrong
    return rows


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each line that is not blank."""
    with _opened(path) as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line.removeprefix(BOM) if number == 1 else line


def _fault(line: bytes, wanted: pa.Schema) -> str:
    """Say what is wrong with a line that Arrow cannot read, as Python sees it; nothing where Python can read it."""
    try:
        _check(json.loads(line.decode()), wanted)
    except UnicodeDecodeError as wrong:
        return _not_utf8(wrong)
    except zebra.RowError as wrong:
        return str(wrong)
    except (ValueError, RecursionError) as wrong:
        return f"not JSON ({wrong})"
    return ""


def _check(row: Any, wanted: pa.Schema) -> None:
    """Raise RowError for what is no object, or has a value of another type than is wanted."""
    if not isinstance(row, dict):
        msg = f"expected an object, got {row!r:.60}"
        raise zebra.RowError(0, msg)
    for field in wanted:
        if not _fits(row.get(field.name), field.type):
            msg = f"{field.name!r} must be {_told(field.type)}, got {row[field.name]!r:.80}"
            raise zebra.RowError(0, msg)


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


def _not_utf8(wrong: UnicodeDecodeError) -> str:
    return f"not UTF-8 (byte {wrong.object[wrong.start]:#04x} at {wrong.start})"
