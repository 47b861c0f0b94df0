"""CSV files; a cell that is wanted as a list or as messages holds JSON."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv
import pyarrow.json as pj

import zebra_core as zebra
from zebra_pools.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = 16 << 20


def open_csv(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open a CSV file: every column is text (a model may well answer in numbers), but for one whose cells are JSON lists."""
    with pv.open_csv(path.absolute(), *_options({})) as reader:
        names = reader.schema.names
    first = next(_batches(path, dict.fromkeys(names, pa.string())), None)
    if first is None or not first.num_rows:
        msg = f"{path} has a line of column names and nothing else"
        raise zebra.ZebraError(msg)
    return pa.schema([(name, _type(first[name])) for name in names]), (Range(partial(read_csv, path)),)


def read_csv(path: Path, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Read the wanted columns as a stream."""
    kinds = {field.name: field.type if pa.types.is_floating(field.type) else pa.string() for field in wanted}
    for batch in _batches(path, kinds):
        arrays = [_parsed(path, batch[f.name], f) if pa.types.is_list(f.type) else batch[f.name] for f in wanted]
        yield pa.RecordBatch.from_arrays(arrays, schema=wanted)


def _options(kinds: dict[str, pa.DataType]) -> tuple[pv.ReadOptions, pv.ParseOptions, pv.ConvertOptions]:
    convert = pv.ConvertOptions(column_types=kinds, include_columns=list(kinds) or None, null_values=[""])
    return pv.ReadOptions(block_size=BLOCK), pv.ParseOptions(newlines_in_values=True), convert


def _batches(path: Path, kinds: dict[str, pa.DataType]) -> Iterator[pa.RecordBatch]:
    try:
        with pv.open_csv(path.absolute(), *_options(kinds)) as reader:
            yield from reader
    except pa.ArrowInvalid as wrong:
        if "UTF8" not in str(wrong):
            raise
        raise _not_utf8(path, wrong) from wrong


def _not_utf8(path: Path, wrong: Exception) -> zebra.ZebraError:
    """Find the first line that is not UTF-8, and return the error that names it."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError as bad:
                byte = line[bad.start]
                return zebra.ZebraError(
                    f"{path}, line {number}: not UTF-8 (byte {byte:#04x} at {bad.start}); save the file as UTF-8"
                )
    return zebra.ZebraError(f"cannot read {path}: {wrong}")


def _type(column: pa.Array) -> pa.DataType:
    """Return what a column holds: text, or the type of the JSON list in its first cell."""
    filled = column.filter(pc.not_equal(pc.fill_null(column, ""), ""))
    cell = filled[0].as_py() if len(filled) else ""
    if cell.startswith("["):
        try:
            return pj.read_json(BytesIO(b'{"cell": %s}' % cell.replace("\n", " ").encode())).schema.field("cell").type
        except pa.ArrowInvalid:
            return pa.string()
    return pa.string()


def _parsed(path: Path, column: pa.Array, field: pa.Field) -> pa.Array:
    """Parse the JSON of all cells of a column at once."""
    cells = pc.replace_substring(pc.coalesce(column, pa.scalar("null")), "\n", " ")
    lines = pc.binary_join_element_wise('{"cell": ', cells, "}", "")
    text = "\n".join(lines.to_pylist()).encode()
    parse = pj.ParseOptions(explicit_schema=pa.schema([("cell", field.type)]), unexpected_field_behavior="ignore")
    try:
        table = pj.read_json(BytesIO(text), pj.ReadOptions(block_size=len(text) + 1), parse)
    except pa.ArrowInvalid as wrong:
        reason = str(wrong).splitlines()[0]
        msg = f"{path}: a cell of column {field.name!r} is not the JSON that is wanted there ({reason}); correct the column"
        raise zebra.ZebraError(msg) from wrong
    return table["cell"].combine_chunks()
