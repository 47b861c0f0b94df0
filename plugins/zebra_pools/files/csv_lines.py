"""CSV files, in which lists and messages are JSON."""

from __future__ import annotations

import codecs
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.json as pj

import zebra_core as zebra
from zebra_pools.files.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BLOCK = 16 << 20
MARK = "\U0010ffff"
"""What stands for bytes that are not UTF-8. It is no character, so no text has it."""

codecs.register_error("zebra-mark", lambda error: (MARK, cast("UnicodeDecodeError", error).end))


def open_csv(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open a CSV file: a column is text, even if its cells are numbers (a model may answer so), or JSON lists."""
    with pv.open_csv(_decodable(path, zebra.Meter()), *_options([], lambda _: "skip")) as reader:
        names = reader.schema.names
    first = next((item for item in _rows(path, names, zebra.Meter()) if isinstance(item, pa.RecordBatch)), None)
    if first is None or not first.num_rows:
        msg = f"{path} has no rows, only a line of column names"
        raise zebra.ZebraError(msg)
    meter = zebra.Meter(path.stat().st_size)
    rows = Range(partial(read_csv, path, meter), meter=meter)
    return pa.schema([(name, _type(first[name])) for name in names]), (rows,)


def read_csv(path: Path, meter: zebra.Meter, schema: pa.Schema) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    """Read the columns of a schema."""
    for item in _rows(path, schema.names, meter):
        if isinstance(item, zebra.Rejected):
            yield item
        else:
            yield from zebra.convert_or_reject(item, partial(_convert, schema=schema))


def _rows(path: Path, names: list[str], meter: zebra.Meter) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    """Yield the columns as text; a row with too few or too many cells is rejected, ahead of the batch it belongs to."""
    odd: list[zebra.Rejected] = []

    def reject(row: pv.InvalidRow) -> str:
        odd.append(zebra.Rejected(f"expected {row.expected_columns} columns, got {row.actual_columns}", row.number - 1))
        return "skip"

    with pv.open_csv(_decodable(path, meter), *_options(names, reject)) as reader:
        for batch in reader:
            yield from odd
            odd.clear()
            yield batch
    yield from odd


def _decodable(path: Path, meter: zebra.Meter) -> pa.NativeFile:
    """Open a file with `MARK` in place of bytes that are not UTF-8: Arrow cannot skip a row that it cannot decode."""
    decoder = codecs.getincrementaldecoder("utf-8")("zebra-mark")
    meter.done = 0

    def decode(chunk: pa.Buffer) -> bytes | pa.Buffer:
        meter.done += len(chunk)
        pending = decoder.getstate()[0]
        text = decoder.decode(chunk, final=not len(chunk))
        return chunk if not pending and not decoder.getstate()[0] and MARK not in text else text.encode()

    return pa.TransformInputStream(pa.input_stream(zebra.storage.source(path), compression=None), decode)


def _options(
    names: list[str], reject: Callable[[pv.InvalidRow], str]
) -> tuple[pv.ReadOptions, pv.ParseOptions, pv.ConvertOptions]:
    parse = pv.ParseOptions(newlines_in_values=True, invalid_row_handler=reject)
    convert = pv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()),
        include_columns=names or None,
        null_values=[""],
        strings_can_be_null=True,
    )
    return pv.ReadOptions(block_size=BLOCK, use_threads=False), parse, convert


def _convert(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Convert cells to the types of the schema. Raise ArrowInvalid or RowError if a cell cannot be converted."""
    arrays = [_column(batch[field.name], field) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _column(cells: pa.Array, field: pa.Field) -> pa.Array:
    if pc.any(pc.match_substring(cells, MARK)).as_py():
        msg = f"{field.name!r} is not UTF-8"
        raise zebra.RowError(0, msg)
    return _parse_cells(cells, field) if pa.types.is_list(field.type) else cells.cast(field.type)


def _type(column: pa.Array) -> pa.DataType:
    """Return the type of a column: text, or that of the JSON list in its first cell."""
    filled = column.filter(pc.not_equal(pc.fill_null(column, ""), ""))
    cell = filled[0].as_py().replace("\n", " ").encode() if len(filled) else b""
    if cell.startswith(b"[") and not zebra.is_too_deep(cell):
        try:
            return pj.read_json(BytesIO(b'{"cell": %s}' % cell)).schema.field("cell").type
        except pa.ArrowInvalid:
            return pa.string()
    return pa.string()


def _parse_cells(column: pa.Array, field: pa.Field) -> pa.Array:
    """Parse the JSON in all cells of a column. Raise RowError if a cell is not JSON, or of another type."""
    cells = pc.replace_substring(pc.coalesce(column, pa.scalar("null")), "\n", " ")
    lines = pc.binary_join_element_wise('{"cell": ', cells, "}", "")
    text = "\n".join(lines.to_pylist()).encode()
    parse = pj.ParseOptions(explicit_schema=pa.schema([("cell", field.type)]), unexpected_field_behavior="ignore")
    try:
        table = pj.read_json(BytesIO(text), pj.ReadOptions(block_size=len(text) + 1), parse)
    except pa.ArrowInvalid as error:
        msg = f"{field.name!r} is not the expected JSON ({str(error).partition(chr(10))[0]})"
        raise zebra.RowError(0, msg) from error
    return table["cell"].combine_chunks()
