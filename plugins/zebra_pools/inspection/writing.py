"""Write a pool as one file: a row per instruction with lists of models and responses, the layout `messages`."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Write = Callable[[pa.RecordBatch], None]

GROUP, BYTES = 16_384, 64 << 20
"""The number of rows, and of bytes, that make up a row group."""
SUFFIXES = (".parquet", ".jsonl")


def check_output(path: Path, *, overwrite: bool) -> None:
    """Raise ZebraError if a pool cannot be written to a path: it has another suffix, or is there and may not be replaced."""
    if zebra.storage.suffix_of(path) not in SUFFIXES:
        msg = f"the pool is written as {' or '.join(SUFFIXES)}, and {path} ends in neither; choose another --output"
        raise zebra.ZebraError(msg)
    if path.exists() and not overwrite:
        msg = f"{path} exists already; choose another --output, or replace it with --overwrite"
        raise zebra.ZebraError(msg)


@attrs.define
class RowGroups:
    """Gathers small batches, so that a row group of the file is worth reading by itself."""

    writer: pq.ParquetWriter
    pending: list[pa.RecordBatch] = attrs.field(factory=list)

    def add(self, batch: pa.RecordBatch) -> None:
        """Write a batch, now or with those that follow."""
        self.pending.append(batch)
        if sum(each.num_rows for each in self.pending) >= GROUP or sum(each.nbytes for each in self.pending) >= BYTES:
            self.flush()

    def flush(self) -> None:
        """Write what is pending."""
        if self.pending:
            self.writer.write_table(pa.Table.from_batches(self.pending).combine_chunks())
            self.pending.clear()


@contextmanager
def written_pool(path: Path) -> Iterator[Write]:
    """Give what writes a batch; the file gets its name once all is written. Raise ZebraError if it cannot be written."""
    unfinished = zebra.storage.unfinished_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zebra.storage.sink(unfinished) as sink:
            if zebra.storage.suffix_of(path) == ".jsonl":
                yield lambda batch: _write_lines(sink, batch)
            else:
                with pq.ParquetWriter(sink, zebra.POOL, compression="zstd") as writer:
                    groups = RowGroups(writer)
                    yield groups.add
                    groups.flush()
        zebra.storage.publish(unfinished, path)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}"
        raise zebra.ZebraError(msg) from error
    finally:
        if unfinished.exists():
            unfinished.unlink()


def _write_lines(sink: Any, batch: pa.RecordBatch) -> None:
    for row in batch.to_pylist():
        line = {name: value for name, value in row.items() if value is not None}
        sink.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
