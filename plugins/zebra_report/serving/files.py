"""The files of a dataset's pairs, read in blocks: the columns that are asked for, of the rows that are asked for."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Self

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_report.panels.pairs_sample import COLUMNS, as_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray


@attrs.frozen
class Block:
    """A row group of a file: `rows` pairs, of which the first is number `start` of the dataset."""

    path: Path
    group: int
    start: int
    rows: int


@attrs.frozen
class PairFiles:
    """The blocks of all pairs of a dataset, in order."""

    blocks: tuple[Block, ...]

    @classmethod
    def of(cls, dataset: zebra.Dataset, folder: Path) -> Self:
        """Open the files of a dataset; those of an export are restored to the empty `folder` first.

        Raise ZebraError if a file cannot be read.
        """
        paths = dataset.files if dataset.export is None else [_restored(dataset, folder / "pairs.parquet")]
        sizes = [(path, group, rows) for path in paths for group, rows in enumerate(_group_sizes(path))]
        starts = accumulate((rows for *_, rows in sizes), initial=0)
        return cls(
            tuple(Block(path, group, start, rows) for (path, group, rows), start in zip(sizes, starts, strict=False))
        )

    @property
    def total(self) -> int:
        """The number of pairs."""
        return sum(block.rows for block in self.blocks)

    def read(self, block: Block, columns: Sequence[str]) -> pa.RecordBatch:
        """Return some columns of a block. Raise ZebraError if the file cannot be read any more."""
        try:
            with pq.ParquetFile(zebra.storage.source(block.path)) as file:
                table = file.read_row_group(block.group, columns=list(columns)).combine_chunks()
        except zebra.storage.faults(block.path) as error:
            raise _unreadable(block.path, error) from error
        return pa.RecordBatch.from_arrays([_whole(table[name]) for name in columns], list(columns))

    def rows(self, places: NDArray[np.int64]) -> pa.Table:
        """Return the pairs with these numbers, in this order, as `as_rows` makes them."""
        starts = np.array([block.start for block in self.blocks])
        numbers = np.searchsorted(starts, places, side="right") - 1
        parts, order = [], []
        for number in np.unique(numbers):
            at = np.flatnonzero(numbers == number)
            block = self.blocks[number]
            parts.append(as_rows(self.read(block, COLUMNS), places[at] - block.start, block.start))
            order.append(at)
        return pa.Table.from_batches(parts).take(np.argsort(np.concatenate(order)))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def _group_sizes(path: Path) -> list[int]:
    try:
        with pq.ParquetFile(zebra.storage.source(path)) as file:
            return [file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)]
    except zebra.storage.faults(path) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> zebra.ZebraError:
    reason = getattr(error, "strerror", None) or error
    return zebra.ZebraError(f"cannot read {zebra.storage.shown(path)}: {reason}; build the dataset again")


def _restored(dataset: zebra.Dataset, path: Path) -> Path:
    """Write the pairs of an export as parquet, and return the file. Raise ZebraError if it cannot be read, or written."""
    writer = None
    try:
        for batch in dataset.batches(COLUMNS):
            writer = writer or pq.ParquetWriter(path, batch.schema, compression="zstd")
            writer.write_batch(batch)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}; free some space, or set TMPDIR"
        raise zebra.ZebraError(msg) from error
    finally:
        if writer is not None:
            writer.close()
    return path
