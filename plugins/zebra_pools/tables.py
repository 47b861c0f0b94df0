"""Tables on disk or on the hub: what columns each has, and its rows as a stream of Arrow record batches."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_pools import csv_lines, hub, json_lines
from zebra_pools.columns import conformed, leaves
from zebra_pools.ranges import Range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BATCH_BYTES = 12 << 20
"""How much text a batch holds. Larger ones cost more: an array of 16 MiB is taken from the system and given back each time."""
RANGE_ROWS = 16_384
"""How many rows of a parquet file are read apart from the others, about."""


@attrs.frozen(eq=False)
class Table:
    """A table that can be read: `schema` is what it has, `ranges` are what of it can be read apart, in order."""

    name: str
    schema: pa.Schema
    ranges: tuple[Range, ...]
    path: Path | None = None

    def read(self, wanted: pa.Schema) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Read all ranges."""
        for rows in self.ranges:
            part = zebra.Part(self.name, partial(rows.read, wanted), rows.rows, rows.before)
            yield from zebra.with_positions(part.read(), part.name, part.row)


def open_tables(location: str | None) -> list[Table]:
    """Open a file, the files of a folder in the order of their names, or `hub:NAME`.

    Raises ZebraError where there is nothing, or where a file is empty, damaged or of no known format.
    """
    if location is None:
        msg = "say which file or folder: --pool READER:LOCATION"
        raise zebra.ZebraError(msg)
    if location.startswith("hub:"):
        schema, rows, read = hub.open_hub(location)
        return [Table(location, schema, (Range(read, rows),))]
    path = zebra.storage.place(location)
    try:
        return _found(path, location)
    except zebra.storage.faults(path) as wrong:
        raise unreadable(path, wrong) from wrong


def _found(path: Path, location: str) -> list[Table]:
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file() and format_of(p) and not _hidden(p.relative_to(path)))
        if not files:
            msg = f"the folder {location} holds no pool file; a pool is made of {', '.join(FORMATS)} files"
            raise zebra.ZebraError(msg)
        return [_open(file) for file in files]
    if not path.exists():
        msg = f"there is no file or folder {location!r}; check the path after --pool"
        raise zebra.ZebraError(msg)
    return [_open(path)]


def format_of(path: Path) -> str | None:
    """Return the format of a file by its name, None where it is none of ours."""
    name = path.name.casefold()
    return next((suffix for suffix in FORMATS if name.endswith(suffix)), None)


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.parts)


def _open(path: Path) -> Table:
    suffix = format_of(path)
    if suffix is None:
        msg = f"{path} is of no known format; a pool is made of {', '.join(FORMATS)} files"
        raise zebra.ZebraError(msg)
    try:
        if not path.stat().st_size:
            msg = f"{path} is empty"
            raise zebra.ZebraError(msg)
        schema, ranges = FORMATS[suffix](path)
    except zebra.storage.faults(path) as wrong:
        raise unreadable(path, wrong) from wrong
    ranges = tuple(attrs.evolve(part, read=partial(_told, path, part.read)) for part in ranges)
    return Table(path.name, schema, ranges, path)


def _told(
    path: Path, read: Callable[..., Iterator[pa.RecordBatch | zebra.Rejected]], wanted: pa.Schema
) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    """Read on in the types that are wanted, and say which file it was when it cannot be read."""
    try:
        for item in read(wanted):
            yield from (
                [item]
                if isinstance(item, zebra.Rejected)
                else zebra.convert_or_reject(item, partial(conformed, wanted))
            )
    except zebra.storage.faults(path) as wrong:
        raise unreadable(path, wrong) from wrong


def unreadable(path: Path, wrong: Exception) -> zebra.ZebraError:
    """Return the error for a file that a library could not read."""
    if isinstance(wrong, zebra.ZebraError):
        return wrong
    reason = getattr(wrong, "strerror", None) or (str(wrong).splitlines() or [type(wrong).__name__])[0]
    local = zebra.storage.is_local(path)
    hint = (
        "it is damaged, unfinished, or not what its name says"
        if local
        else "check the address, the network and your login"
    )
    return zebra.ZebraError(f"cannot read {path}: {reason}; {hint}")


def _parquet(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(zebra.storage.source(path), pre_buffer=not zebra.storage.is_local(path))


def _open_parquet(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    """Open a parquet file: a range is as many whole row groups as make up `RANGE_ROWS`."""
    with _parquet(path) as file:
        rows = [file.metadata.row_group(k).num_rows for k in range(file.metadata.num_row_groups)]
        groups: list[list[int]] = [[]]
        for group, count in enumerate(rows):
            if groups[-1] and sum(rows[k] for k in groups[-1]) + count > RANGE_ROWS:
                groups.append([])
            groups[-1].append(group)
        counts = [sum(rows[k] for k in chosen) for chosen in groups]
        before = [sum(counts[:k]) for k in range(len(counts))]
        ranges = [
            Range(partial(_read_parquet, path, chosen), count, first)
            for chosen, count, first in zip(groups, counts, before, strict=True)
        ]
        return file.schema_arrow, tuple(ranges)


def _read_parquet(path: Path, groups: list[int], wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    with _parquet(path) as file:
        held = [file.metadata.row_group(group) for group in groups]
        rows = (
            sum(group.num_rows for group in held) * BATCH_BYTES // max(sum(group.total_byte_size for group in held), 1)
        )
        paths = [file.schema.column(k).path for k in range(len(file.schema.names))]
        yield from file.iter_batches(
            max(1, min(rows, 1 << 16)), groups, columns=leaves(paths, wanted), use_threads=False
        )


def _open_arrow(path: Path) -> tuple[pa.Schema, tuple[Range, ...]]:
    with _mapped(path) as file:
        return _arrow_reader(file).schema, (Range(partial(_read_arrow, path)),)


def _mapped(path: Path) -> pa.NativeFile:
    return pa.memory_map(str(path)) if zebra.storage.is_local(path) else pa.PythonFile(path.open("rb"), mode="r")


def _read_arrow(path: Path, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    with _mapped(path) as file:
        reader = _arrow_reader(file)
        is_file = isinstance(reader, pa.RecordBatchFileReader)
        for batch in map(reader.get_batch, range(reader.num_record_batches)) if is_file else reader:
            yield batch.select(wanted.names)


def _arrow_reader(file: pa.NativeFile) -> pa.RecordBatchFileReader | pa.RecordBatchStreamReader:
    """Open the file format or, as `datasets` saves to disk, the stream format."""
    magic = file.read(6)
    file.seek(0)
    return pa.ipc.open_file(file) if magic == b"ARROW1" else pa.ipc.open_stream(file)


FORMATS: dict[str, Callable[[Path], tuple[pa.Schema, tuple[Range, ...]]]] = {
    ".parquet": _open_parquet,
    ".arrow": _open_arrow,
    ".jsonl": json_lines.open_lines,
    ".jsonl.gz": json_lines.open_lines,
    ".jsonl.zst": json_lines.open_lines,
    ".ndjson": json_lines.open_lines,
    ".json": json_lines.open_json,
    ".csv": csv_lines.open_csv,
}
