"""Arrow IPC files and streams, whose bytes become arrays as they are, so that they are checked first."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

import zebra_core as zebra
from zebra_pools.files.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def open_arrow(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open a file; it is one range."""
    with _mapped(path) as file:
        return _reader(file).schema, (Range(partial(read_arrow, path)),)


def read_arrow(path: Path, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Read the columns of a schema. Raise ArrowInvalid if the file is damaged."""
    with _mapped(path) as file:
        reader = _reader(file)
        is_file = isinstance(reader, pa.RecordBatchFileReader)
        for batch in map(reader.get_batch, range(reader.num_record_batches)) if is_file else reader:
            columns = batch.select(schema.names)
            check_offsets(columns)
            yield columns


def check_offsets(batch: pa.RecordBatch) -> None:
    """Raise ArrowInvalid if an offset or an index points outside its buffer: computing with it would end the process.

    Text that is not UTF-8 passes, because only its row is rejected.
    """
    for column in batch.columns:
        column.view(_as_bytes(column.type)).validate(full=True)


def _as_bytes(kind: pa.DataType) -> pa.DataType:
    """Return a type with all text in it replaced by bytes of the same layout."""
    if pa.types.is_string(kind):
        return pa.binary()
    if pa.types.is_large_string(kind):
        return pa.large_binary()
    if pa.types.is_list(kind):
        return pa.list_(_field_as_bytes(kind.value_field))
    if pa.types.is_large_list(kind):
        return pa.large_list(_field_as_bytes(kind.value_field))
    if pa.types.is_struct(kind):
        return pa.struct([_field_as_bytes(field) for field in kind.fields])
    return kind


def _field_as_bytes(field: pa.Field) -> pa.Field:
    return field.with_type(_as_bytes(field.type))


def _mapped(path: Path) -> pa.NativeFile:
    return pa.memory_map(str(path)) if zebra.storage.is_local(path) else pa.PythonFile(path.open("rb"), mode="r")


def _reader(file: pa.NativeFile) -> pa.RecordBatchFileReader | pa.RecordBatchStreamReader:
    """Open the file format or, as `datasets` saves to disk, the stream format."""
    magic = file.read(6)
    file.seek(0)
    return pa.ipc.open_file(file) if magic == b"ARROW1" else pa.ipc.open_stream(file)
