"""JSON: one object per line (also compressed), or one array of objects."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from functools import lru_cache, partial
from io import BufferedReader, BytesIO
from itertools import chain, islice, pairwise
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.json as pj

import zebra_core as zebra
from zebra_pools.files.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = 12 << 20
"""Approximate number of bytes parsed together: whole lines, at least one."""
RANGE = 48 << 20
"""Approximate number of bytes of an uncompressed file that make up a range."""
BOM = b"\xef\xbb\xbf"
SAMPLE = 100
"""Number of lines that the columns are inferred from."""
UNFIT = (OverflowError, UnicodeEncodeError)
"""What Arrow raises for a number beyond 64 bits, and for half of a surrogate pair."""
PREFIX, PROBES = 1 << 19, 64
"""Where columns are looked for that those lines lack: bytes at the start of the file, and lines spread over it."""


def open_lines(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open JSON lines, whose columns are those of the first lines; a large file is read in ranges of bytes."""
    state = path.stat()
    schema, size = _inferred(path, (state.st_size, state.st_mtime)), state.st_size
    ends = [] if _compression(path) else [*range(RANGE, size - RANGE // 2, RANGE)]
    ranges = []
    for start, stop in pairwise([0, *ends, sys.maxsize]):
        meter = zebra.Meter(min(stop, size) - start)
        read = partial(read_lines, path, start, stop, meter)
        ranges.append(Range(read, before=partial(_rows_before, path, start), meter=meter))
    return schema, tuple(ranges)


@lru_cache(maxsize=16)
def _inferred(path: Path, version: tuple[float, ...]) -> pa.Schema:  # noqa: ARG001  # a changed file is read again
    """Return the columns of a file, once for all the readers that look at it."""
    sample = [line for _, line in islice(lines(path), SAMPLE)]
    if not sample:
        msg = f"{path} has only blank lines"
        raise zebra.ZebraError(msg)
    return _schema(path, [*sample, *_lines_with_new_columns(path, sample)])


def _lines_with_new_columns(path: Path, sample: list[bytes]) -> Iterator[bytes]:
    """Yield each line that has a column which no line before it has.

    Of a long file, only its first `PREFIX` bytes are searched and, unless it is compressed, `PROBES` lines of the rest.
    """
    names = {name for line in sample for name in _columns_of(line)}
    for line in chain(_head(path, PREFIX), () if _compression(path) else _probes(path)):
        if not names.issuperset(_columns_of(line)):
            names.update(_columns_of(line))
            yield line


def _columns_of(line: bytes) -> list[str]:
    """Return the columns of a line, none if it is not an object."""
    try:
        row = {} if zebra.is_too_deep(line) else json.loads(line)
    except (ValueError, RecursionError):
        return []
    return [name for name, value in row.items() if value is not None] if isinstance(row, dict) else []


def _head(path: Path, size: int) -> Iterator[bytes]:
    """Yield the lines that begin in the first bytes."""
    for _, line in lines(path):
        yield line
        size -= len(line)
        if size < 0:
            return


def _probes(path: Path) -> Iterator[bytes]:
    """Yield the first whole line after each of `PROBES` evenly spaced places."""
    step = path.stat().st_size // PROBES
    if step > PREFIX // PROBES:
        with _open(path) as file:
            for place in range(step, step * PROBES, step):
                file.seek(place)
                file.readline()
                yield file.readline()


def _schema(path: Path, sample: list[bytes]) -> pa.Schema:
    """Return the columns of the first lines, ignoring lines that are not JSON or that conflict with earlier lines.

    Lines that are nested too deeply, or null, would end the process in Arrow's inference of types: they are ignored too.
    """
    safe = [line for line in sample if not (zebra.is_too_deep(line) or zebra.is_null(line))]
    good: list[bytes] = []
    try:
        if safe:
            return pj.read_json(BytesIO(b"\n".join(safe))).schema
    except pa.ArrowInvalid:
        for line in safe:
            with suppress(pa.ArrowInvalid):
                schema = pj.read_json(BytesIO(b"\n".join([*good, line]))).schema
                good.append(line)
    if not good:
        reason = _fault(sample[0], pa.schema([]))
        msg = f"{path}: none of its first {len(sample)} lines can be read; the first: {reason}"
        raise zebra.ZebraError(msg)
    return schema


def _rows_before(path: Path, start: int) -> int:
    """Return the number of rows in the lines that begin before a byte."""
    return sum(bool(line.strip()) for _, block in _blocks(path, 0, start) for line in block.split(b"\n"))


def read_lines(
    path: Path, start: int, stop: int, meter: zebra.Meter, schema: pa.Schema
) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    """Read the columns of a schema from the lines that begin in [start, stop).

    Lines are counted when one is invalid, and has to be named; in a compressed file, which has no other way, as they come.
    """
    lines, counted, compressed = 0, 0, _compression(path) is not None
    for begin, block in _blocks(path, start, stop, meter):
        counted = begin if compressed else counted
        try:
            if not block.isspace():  # strip would copy the block
                yield _parse(block, schema)
        except pa.ArrowInvalid:
            lines += sum(earlier.count(b"\n") for _, earlier in _blocks(path, counted, begin))
            counted = begin
            yield from _parse_or_reject(block, schema, lines)
        lines += block.count(b"\n") if compressed else 0


def _parse(block: bytes, schema: pa.Schema) -> pa.RecordBatch:
    """Parse whole lines together. Raise ArrowInvalid if any of them is not JSON, of another type, or not UTF-8."""
    if zebra.is_null(block):
        msg = "expected an object, got null"
        raise pa.ArrowInvalid(msg)
    parse = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="ignore", newlines_in_values=False)
    table = pj.read_json(pa.BufferReader(block), pj.ReadOptions(use_threads=False, block_size=len(block) + 1), parse)
    table.validate(full=True)
    return table.to_batches()[0]


def _parse_or_reject(block: bytes, schema: pa.Schema, before: int) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    """Parse a block, with a Rejected for each invalid line; `before` is the number of lines before the block."""

    def parse(lines: list[tuple[int, bytes]]) -> pa.RecordBatch:
        try:
            return _parse(b"\n".join(line for _, line in lines), schema)
        except pa.ArrowInvalid as error:
            if len(lines) > 1:
                raise
            raise zebra.RowError(0, _fault(lines[0][1], schema) or str(error)) from error

    lines = [(number, line) for number, line in enumerate(block.split(b"\n"), before + 1) if line.strip()]
    row = 0
    for item in zebra.convert_or_reject(lines, parse):
        if isinstance(item, zebra.Rejected):
            yield attrs.evolve(item, line=lines[row][0], unit="line")
            row += 1
        else:
            yield item
            row += item.num_rows


def _blocks(path: Path, start: int, stop: int, meter: zebra.Meter | None = None) -> Iterator[tuple[int, bytes]]:
    """Yield the lines that begin in [start, stop), in blocks of about `BLOCK` bytes, each with the place where it begins."""
    if start >= stop:
        return
    with pa.input_stream(zebra.storage.source(path), compression=None) as stored:
        file, first = _decompressed(path, stored), start
        if start:
            file.seek(start - 1)
            start += len(file.readline()) - 1
        while start < stop and (block := file.read(min(BLOCK, stop - start))):
            if not block.endswith(b"\n"):
                block += file.readline()
            if meter is not None:
                meter.done = stored.tell() - first
            yield start, block.removeprefix(BOM)
            start += len(block)


def _open(path: Path) -> BufferedReader:
    """Open a file, compressed or not, for reading lines of bytes."""
    return _decompressed(path, pa.input_stream(zebra.storage.source(path), compression=None))


def _decompressed(path: Path, stored: pa.NativeFile) -> BufferedReader:
    compression = _compression(path)
    return BufferedReader(pa.CompressedInputStream(stored, compression) if compression else stored)


def _compression(path: Path) -> str | None:
    return {".gz": "gzip", ".zst": "zstd"}.get(zebra.storage.suffix_of(path))


def open_json(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open a file that is one array of objects, or JSON lines with the suffix `.json`."""
    if not is_array(path):
        return open_lines(path)
    rows = array(path)
    objects = [row for row in rows[:SAMPLE] if isinstance(row, dict)]
    names: dict[str, Any] = {name: row[name] for row in reversed(objects) for name in row if _has_type(row[name])}
    return pa.RecordBatch.from_pylist([names]).schema, (Range(partial(_read_array, path), len(rows)),)


def _has_type(value: object) -> bool:
    """Return whether a value says what type its column has: null does not, nor does one that Arrow has no type for."""
    try:
        return value is not None and pa.array([value]) is not None
    except UNFIT:
        return False


def _read_array(path: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    def convert(rows: list[Any]) -> pa.RecordBatch:
        for row in rows:
            _check(row, schema)
        try:
            return pa.RecordBatch.from_pylist(rows, schema=schema)
        except UNFIT as error:
            raise zebra.RowError(0, str(error)) from error

    return zebra.convert_or_reject(array(path), convert)


def is_array(path: Path) -> bool:
    """Return whether a JSON file is one array."""
    with path.open("rb") as file:
        return file.read(1 << 10).removeprefix(BOM).lstrip().startswith(b"[")


def array(path: Path) -> list[Any]:
    """Return the items of a file that is one array. Raise ZebraError if it is not JSON."""
    try:
        rows: list[Any] = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        msg = f"{path} is {_not_utf8(error)}; save the file as UTF-8"
        raise zebra.ZebraError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"{path} is not valid JSON: {error}"
        raise zebra.ZebraError(msg) from error
    return rows


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the number and the bytes of each line that is not blank."""
    with _open(path) as file:
        for number, stored in enumerate(file, 1):
            line = stored.removeprefix(BOM) if number == 1 else stored
            if line.strip():
                yield number, line


def _fault(line: bytes, schema: pa.Schema) -> str:
    """Return what is wrong with a line that Arrow cannot read, or an empty text if Python can read it."""
    try:
        _check(parsed(line), schema)
    except zebra.RowError as error:
        return str(error)
    return ""


def parsed(line: bytes) -> Any:
    """Return what a line holds. Raise RowError if it is not JSON."""
    if zebra.is_too_deep(line):
        msg = "nested too deeply"
        raise zebra.RowError(0, msg)
    try:
        return json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise zebra.RowError(0, _not_utf8(error)) from error
    except (ValueError, RecursionError) as error:
        msg = f"not JSON ({error})"
        raise zebra.RowError(0, msg) from error


def _check(row: object, schema: pa.Schema) -> None:
    """Raise RowError if a row is not an object, or has a value of another type than the schema."""
    if not isinstance(row, dict):
        msg = f"expected an object, got {row!r:.60}"
        raise zebra.RowError(0, msg)
    for field in schema:
        if not _fits(row.get(field.name), field.type):
            msg = f"{field.name!r} must be {_type_name(field.type)}, got {row[field.name]!r:.80}"
            raise zebra.RowError(0, msg)


def _fits(value: object, kind: pa.DataType) -> bool:
    """Return whether a JSON value can be read as a type; null always can."""
    if value is None:
        return True
    if pa.types.is_list(kind):
        return isinstance(value, list) and all(_fits(item, kind.value_type) for item in value)
    if pa.types.is_struct(kind):
        return isinstance(value, dict) and all(_fits(value.get(field.name), field.type) for field in kind.fields)
    if pa.types.is_floating(kind):
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if pa.types.is_integer(kind):
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


def _type_name(kind: pa.DataType) -> str:
    return str(kind).replace("element: ", "").replace("item: ", "")


def _not_utf8(error: UnicodeDecodeError) -> str:
    return f"not UTF-8 (byte {error.object[error.start]:#04x} at {error.start})"
