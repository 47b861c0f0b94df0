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

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BLOCK = 16 << 20


def open_csv(path: Path) -> tuple[pa.Schema, None, Callable[[pa.Schema], Iterator[pa.RecordBatch]]]:
    """Open a CSV file: every column is text, but one whose first cell is JSON is what that says."""
    first = next(_batches(path, None), None)
    if first is None or not first.num_rows:
        msg = f"{path} has a line of column names and nothing else"
        raise zebra.ZebraError(msg)
    return pa.schema([(name, _type(first[name])) for name in first.schema.names]), None, partial(read_csv, path)


def read_csv(path: Path, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Read the wanted columns as a stream."""
    for batch in _batches(path, wanted):
        arrays = [_parsed(path, batch[f.name], f) if pa.types.is_list(f.type) else batch[f.name] for f in wanted]
        yield pa.RecordBatch.from_arrays(arrays, schema=wanted)


def _batches(path: Path, wanted: pa.Schema | None) -> Iterator[pa.RecordBatch]:
    kinds = {f.name: f.type if pa.types.is_floating(f.type) else pa.string() for f in wanted or []}
    convert = pv.ConvertOptions(column_types=kinds, include_columns=list(kinds) or None, null_values=[""])
    try:
        yield from pv.open_csv(
            path, pv.ReadOptions(block_size=BLOCK), pv.ParseOptions(newlines_in_values=True), convert
        )
    except pa.ArrowInvalid as wrong:
        if "UTF8" in str(wrong):
            msg = f"{path} is not UTF-8; save it as UTF-8"
            raise zebra.ZebraError(msg) from wrong
        raise


def _type(column: pa.Array) -> pa.DataType:
    """Return what a column holds: text, or what the JSON of its first cell is."""
    cell = next((cell.as_py() for cell in column if cell.as_py()), "") if pa.types.is_string(column.type) else ""
    if not cell.startswith("["):
        return pa.string() if pa.types.is_null(column.type) else column.type
    try:
        return pj.read_json(BytesIO(b'{"cell": %s}' % cell.replace("\n", " ").encode())).schema.field("cell").type
    except (pa.ArrowInvalid, KeyError):
        return pa.string()


def _parsed(path: Path, column: pa.Array, field: pa.Field) -> pa.Array:
    """Parse the JSON of all cells of a column at once."""
    cells = pc.replace_substring(pc.fill_null(column, "null"), "\n", " ")
    lines = pc.binary_join_element_wise('{"cell": ', pc.if_else(pc.equal(cells, ""), "null", cells), "}", "")
    parse = pj.ParseOptions(explicit_schema=pa.schema([("cell", field.type)]))
    text = "\n".join(lines.to_pylist()).encode()
    try:
        table = pj.read_json(BytesIO(text), pj.ReadOptions(block_size=max(BLOCK, len(text) + 1)), parse)
    except pa.ArrowInvalid as wrong:
        msg = f"{path}: a cell of column {field.name!r} is not the JSON that is wanted there: {str(wrong).splitlines()[0]}"
        raise zebra.ZebraError(msg) from wrong
    return table["cell"].combine_chunks()
