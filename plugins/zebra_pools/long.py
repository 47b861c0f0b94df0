"""The layout with one row per instruction and model, as evaluation scripts write it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_pools import columns
from zebra_pools.buckets import Buckets
from zebra_pools.columns import first
from zebra_pools.reader import Misfit, Reader, lacks, shared_arrays, shared_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zebra_pools.tables import Table

ROWS = pa.schema(
    {**{field.name: field.type for field in zebra.POOL if not pa.types.is_list(field.type)}, "prompt": zebra.MESSAGES}
)
ROWS = pa.schema(
    [*ROWS, ("key", pa.string()), ("model", pa.string()), ("response", pa.string()), ("rating", pa.float64())]
)

BUCKET = 32 << 20
"""How many bytes of a bucket are in memory together, about; there are `MOST` buckets at the most, each an open file."""
MOST = 256
UNPACKED = 3
"""How many bytes of text a byte of a file holds, about: parquet and gzip more, JSON less."""
UNKNOWN = 16
"""Into how many buckets to divide a dataset of the hub, which may be of any size."""


@attrs.frozen
class Long(Reader):
    """One row per instruction and model: instruction (or prompt), model (or generator), response (or output)[, rating].

    Rows belong together by `id` where there is one, else by their prompt, in any order and over all files of a folder; a large
    pool is divided by instruction on disk first (TMPDIR).
    The options name other columns.
    """

    prompt: str = zebra.option("", "Column of the prompt; recognised by its name if empty.")
    model: str = zebra.option("", "Column of the model; recognised by its name if empty.")
    response: str = zebra.option("", "Column of the response; recognised by its name if empty.")
    rating: str = zebra.option("", "Column of the rating; recognised by its name if empty.")
    id: str = zebra.option("", "Column of the instruction's id; recognised by its name if empty.")

    def wants(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read; Misfit where a row has no model, no response or no prompt."""
        texts = {
            self.model or first(columns.MODEL, schema): "'model' or 'generator'",
            self.response or first(columns.RESPONSE, schema): "'response' or 'output'",
        }
        for name, known in texts.items():
            if name not in schema.names:
                raise Misfit(lacks(repr(name) if name else known, schema))
        chosen = [name for name in (self.id, self.rating) if name]
        for name in chosen:
            if name not in schema.names:
                raise Misfit(lacks(repr(name), schema))
        rating = self.rating or first(columns.RATING, schema)
        kinds = {
            **shared_columns(schema, self.prompt),
            **dict.fromkeys([*texts, *chosen], pa.string()),
            rating: pa.float64(),
        }
        return pa.schema({name: kind for name, kind in kinds.items() if name})

    def __call__(self, location: str | None) -> zebra.Pool:
        """Open the pool: a part for each bucket of its instructions, more than one where it is large."""
        found = self.opened(location)
        name = found[0][0].name if len(found) == 1 else f"{location} ({len(found)} files)"
        buckets = Buckets(partial(self.rows, found), bucket_count(table for table, _ in found))
        parts = [zebra.Part(name, partial(self.read, buckets, number)) for number in range(buckets.count)]
        return zebra.Pool(parts, [table.path for table, _ in found if table.path])

    def rows(self, found: list[tuple[Table, pa.Schema]]) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Read all rows, under the names used here."""
        for item in (item for table, wanted in found for item in table.read(wanted)):
            yield item if isinstance(item, zebra.Rejected) else self._row_batch(item)

    def read(self, buckets: Buckets, number: int) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Read a bucket, and give a row per instruction in the order in which the instructions first appear."""
        batches: list[pa.RecordBatch] = []
        for item in buckets.bucket(number):
            if isinstance(item, zebra.Rejected):
                yield item
            else:
                batches.append(item)
        rows = pa.Table.from_batches(batches, ROWS).combine_chunks()
        if rows.num_rows:
            yield _grouped(rows)

    def _row_batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Give the columns the names used here; a row's key is its id, else its prompt."""
        schema = batch.schema
        found = shared_arrays(batch, self.prompt)
        if self.id:
            found["id"] = batch[self.id]
        found |= {
            "key": found.get("id", columns.prompt_text(batch[self.prompt or first(columns.PROMPT, schema)])),
            "model": batch[self.model or first(columns.MODEL, schema)],
            "response": batch[self.response or first(columns.RESPONSE, schema)],
        }
        rating = self.rating or first(columns.RATING, schema)
        if rating:
            found["rating"] = batch[rating]
        arrays = [found.get(field.name, pa.nulls(batch.num_rows, field.type)) for field in ROWS]
        return pa.RecordBatch.from_arrays(arrays, schema=ROWS)


def bucket_count(tables: Iterable[Table]) -> int:
    """Return into how many buckets to divide tables, from the bytes of their files."""
    sizes = [table.path.stat().st_size for table in tables if table.path]
    return min(max(sum(sizes) * UNPACKED // BUCKET, 1 if sizes else UNKNOWN), MOST)


def _grouped(rows: pa.Table) -> pa.RecordBatch:
    """Gather the rows of each key."""
    key = rows["key"].combine_chunks().dictionary_encode().indices
    number = pc.fill_null(key.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order], prepend=-2))
    offsets = pa.array(np.append(starts, len(order)).astype(np.int32))
    heads, members = rows.take(pa.array(order[starts])), rows.take(pa.array(order))
    lists = {
        name + "s": pa.ListArray.from_arrays(offsets, members[name].combine_chunks())
        for name in ("model", "response", "rating")
    }
    return columns.pool_batch(**{name: heads[name].combine_chunks() for name in ("id", "prompt", "source")}, **lists)
