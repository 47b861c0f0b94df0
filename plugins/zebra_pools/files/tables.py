"""Tables on disk or on the Hub: their columns, and their rows as streams of Arrow record batches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_pools.columns import conform_batch, leaves
from zebra_pools.files import arrow_ipc, csv_lines, hub, json_lines
from zebra_pools.files.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

BATCH_BYTES = 12 << 20
"""Bytes of text in a batch. Larger batches are slower: the allocator returns arrays of 16 MiB to the system each time."""
RANGE_ROWS = 16_384
"""Approximate number of rows of a parquet file that make up a range."""


@attrs.frozen(eq=False)
class Table:
    """A table: `schema` has all its columns, and `ranges` cover its rows in order."""

    name: str
    schema: pa.Schema
    ranges: tuple[Range, ...]
    path: Path | None = None

    def read(self, schema: pa.Schema) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Read these columns of all ranges."""
        for rows in self.ranges:
            part = zebra.Part(self.name, partial(rows.read, schema), rows.rows, rows.before, rows.meter)
            yield from zebra.with_positions(part.read(), part.name, part.row)


def open_tables(location: str | None) -> list[Table]:
    """Open a file, the files of a folder in the order of their names, or `hub:NAME`.

    Raise ZebraError if there are none, or if a file is empty, damaged or of an unknown format.
    """
    if location is None:
        msg = "the pool reader reads a file or a folder; name it: --pool READER:LOCATION"
        raise zebra.ZebraError(msg)
    if location.startswith("hub:"):
        return [open_hub(location)]
    path = zebra.storage.place(location)
    try:
        return [open_file(file) for file in files_of(path, location)]
    except zebra.storage.faults(path) as error:
        raise unreadable(path, error) from error


def open_hub(location: str) -> Table:
    """Open a dataset of the Hugging Face Hub. Raise ZebraError if it cannot be loaded."""
    schema, rows, read = hub.open_hub(location)
    return Table(location, schema, (Range(read, rows),))


def files_of(path: Path, location: str, pattern: str = "*") -> list[Path]:
    """Return the file, or the files of a folder in the order of their names. Raise ZebraError if there is none.

    The name of a file in the folder must match `pattern`.
    """
    if path.is_dir():
        files = sorted(
            p for p in path.rglob(pattern) if p.is_file() and format_of(p) and not _hidden(p.relative_to(path))
        )
        if not files:
            msg = f"the folder {location} has no pool file; a pool consists of {', '.join(FORMATS)} files"
            raise zebra.ZebraError(msg)
        return files
    if not path.exists():
        msg = f"there is no file or folder {location!r}; check the path after --pool"
        raise zebra.ZebraError(msg)
    return [path]


def format_of(path: Path) -> str | None:
    """Return the format of a file by its suffix, None if it is unknown."""
    name = zebra.storage.file_name(path).casefold()
    return next((suffix for suffix in FORMATS if name.endswith(suffix)), None)


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def open_file(path: Path) -> Table:
    """Open a file. Raise ZebraError if it is empty, damaged or of an unknown format."""
    suffix = format_of(path)
    if suffix is None:
        msg = f"{path} is of no known format; a pool consists of {', '.join(FORMATS)} files"
        raise zebra.ZebraError(msg)
    try:
        if not path.stat().st_size:
            msg = f"{path} is empty"
            raise zebra.ZebraError(msg)
        schema, ranges = FORMATS[suffix](path)
        _decode_names(schema)
    except UnicodeDecodeError as error:
        msg = f"cannot read {path}: the name of a column is not UTF-8; it is damaged, or must be written again"
        raise zebra.ZebraError(msg) from error
    except zebra.storage.faults(path) as error:
        raise unreadable(path, error) from error
    ranges = tuple(attrs.evolve(part, read=partial(_read, path, part.read)) for part in ranges)
    return Table(zebra.storage.file_name(path), schema, ranges, path)


def _decode_names(fields: Iterable[pa.Field]) -> None:
    """Raise UnicodeDecodeError if the name of a column, or of a field in it, is not UTF-8: Arrow decodes it when it is used."""
    for field in fields:
        _ = field.name
        _decode_names(field.type.field(number) for number in range(field.type.num_fields))


def _read(
    path: Path, read: Callable[..., Iterator[pa.RecordBatch | zebra.Rejected]], schema: pa.Schema
) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    """Read a range in the types of the schema, naming the file if it cannot be read."""
    try:
        for item in read(schema):
            if isinstance(item, zebra.Rejected):
                yield item
            else:
                yield from zebra.convert_or_reject(item, partial(conform_batch, schema))
    except zebra.storage.faults(path) as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: Exception) -> zebra.ZebraError:
    """Return the error for a file that a library could not read."""
    if isinstance(error, zebra.ZebraError):
        return error
    reason = getattr(error, "strerror", None) or (str(error).splitlines() or [type(error).__name__])[0]
    local, remote = (
        "it is damaged, unfinished, or has the wrong suffix",
        "check the address, the network and your login",
    )
    hint = local if zebra.storage.is_local(path) else remote
    return zebra.ZebraError(f"cannot read {path}: {reason}; {hint}")


def _parquet(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(zebra.storage.source(path), pre_buffer=not zebra.storage.is_local(path))


def _open_parquet(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open a parquet file; a range is as many whole row groups as fit into `RANGE_ROWS`, at least one."""
    with _parquet(path) as file:
        rows = [file.metadata.row_group(k).num_rows for k in range(file.metadata.num_row_groups)]
        groups: list[list[int]] = [[]]
        for k, count in enumerate(rows):
            if groups[-1] and sum(rows[j] for j in groups[-1]) + count > RANGE_ROWS:
                groups.append([])
            groups[-1].append(k)
        counts = [sum(rows[k] for k in group) for group in groups]
        before = [sum(counts[:k]) for k in range(len(counts))]
        ranges = [
            Range(partial(_read_parquet, path, group), count, start)
            for group, count, start in zip(groups, counts, before, strict=True)
        ]
        return file.schema_arrow, tuple(ranges)


def _read_parquet(path: Path, groups: list[int], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    with _parquet(path) as file:
        metadata = [file.metadata.row_group(group) for group in groups]
        size = max(sum(group.total_byte_size for group in metadata), 1)
        rows = max(1, min(sum(group.num_rows for group in metadata) * BATCH_BYTES // size, 1 << 16))
        paths = [file.schema.column(k).path for k in range(len(file.schema.names))]
        yield from file.iter_batches(rows, groups, columns=leaves(paths, schema), use_threads=False)


FORMATS: dict[str, Callable[[Path], tuple[pa.Schema, tuple[Range, ...]]]] = {
    ".parquet": _open_parquet,
    ".arrow": arrow_ipc.open_arrow,
    ".jsonl": json_lines.open_lines,
    ".jsonl.gz": json_lines.open_lines,
    ".jsonl.zst": json_lines.open_lines,
    ".ndjson": json_lines.open_lines,
    ".json": json_lines.open_json,
    ".csv": csv_lines.open_csv,
}
