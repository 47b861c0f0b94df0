"""The shards of a mix: the drawn pairs of all parts, interleaved, in flat memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_core.dataset.manifest import ShardFile
from zebra_core.dataset.shards import parquet_settings, writing
from zebra_mix.parts import COLUMN

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from zebra_mix.parts import Part

SHARD, BATCH = 16_384, 4_096
"""The number of pairs of a shard, and of those that are in memory at a time, at most."""


@attrs.define(eq=False)
class Source:
    """Reads the drawn rows of a part, with the columns of the mix.

    `drawn` are the rows (n), and `renamed` those whose id begins with the part's name (n). `several` says whether there are other
    parts, so that the column `part` has the name.
    """

    part: Part
    drawn: NDArray[np.bool_]
    renamed: NDArray[np.bool_]
    schema: pa.Schema
    several: bool
    _batches: Iterator[pa.RecordBatch] = attrs.field(init=False)
    _waiting: pa.Table = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._batches, self._waiting = self._read(), self.schema.empty_table()

    def take(self, count: int) -> pa.Table:
        """Return the next rows."""
        while self._waiting.num_rows < count:
            self._waiting = pa.concat_tables([self._waiting, pa.Table.from_batches([next(self._batches)])])
        rows, self._waiting = self._waiting.slice(0, count), self._waiting.slice(count)
        return rows

    def _read(self) -> Iterator[pa.RecordBatch]:
        start = 0
        for batch in self.part.dataset.batches():
            drawn = self.drawn[start : start + len(batch)]
            renamed = self.renamed[start : start + len(batch)][drawn]
            start += len(batch)
            if drawn.any():
                yield self._shaped(batch.filter(pa.array(drawn)), renamed)

    def _shaped(self, batch: pa.RecordBatch, renamed: NDArray[np.bool_]) -> pa.RecordBatch:
        columns = {name: batch[name] for name in batch.schema.names}
        name = pa.repeat(self.part.name, len(batch)).cast(pa.string())
        columns["id"] = pc.if_else(pa.array(renamed), _within(name, columns["id"]), columns["id"])
        if self.several:
            columns[COLUMN] = _within(name, columns[COLUMN]) if COLUMN in columns else name
        arrays = [columns.get(field.name, pa.nulls(len(batch), field.type)) for field in self.schema]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)


def _within(name: pa.Array, inner: pa.Array) -> pa.Array:
    return pc.binary_join_element_wise(name, inner, "/")


def write_shards(sources: Sequence[Source], folder: Path, split: str) -> list[ShardFile]:
    """Write the rows of the sources, as shards under `folder`/data, of a split unless that is empty.

    The rows of a source keep their order, and wherever the reading ends, each source gave its share so far.
    """
    order = interleaved([int(source.drawn.sum()) for source in sources])
    shards = []
    for number, start in enumerate(range(0, len(order), SHARD)):
        rows = order[start : start + SHARD]
        path = folder / "data" / split / f"part-{number:05d}.parquet"
        with writing(path):
            zebra.storage.make_folder(path.parent)
            with (
                zebra.storage.sink(path) as sink,
                pq.ParquetWriter(sink, sources[0].schema, **parquet_settings(sources[0].schema)) as file,
            ):
                for at in range(0, len(rows), BATCH):
                    file.write_table(_next(sources, rows[at : at + BATCH]))
        shards.append(ShardFile(path.relative_to(folder / "data").as_posix(), len(rows)))
    return shards


def interleaved(counts: Sequence[int]) -> NDArray[np.int64]:
    """Return the number of the source of each row: those of each source at equal distances from the first to the last."""
    source = np.repeat(np.arange(len(counts)), counts)
    place = np.concatenate([(np.arange(count) + 0.5) / max(count, 1) for count in counts])
    return source[np.lexsort((source, place))]


def _next(sources: Sequence[Source], order: NDArray[np.int64]) -> pa.Table:
    """Return the next rows of the sources, in this order."""
    counts = np.bincount(order, minlength=len(sources)).tolist()
    rows = pa.concat_tables([source.take(count) for source, count in zip(sources, counts, strict=True) if count])
    place = np.empty(len(order), np.int64)
    place[np.argsort(order, kind="stable")] = np.arange(len(order))
    return rows.combine_chunks().take(pa.array(place))
