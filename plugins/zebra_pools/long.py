"""The layout with one row per instruction and model, which evaluation scripts write."""

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
from zebra_pools.columns import first_present
from zebra_pools.files.tables import open_tables
from zebra_pools.reader import Mismatch, Reader, lacks, shared_arrays, shared_columns
from zebra_pools.suggestions import remedy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from zebra_pools.files.tables import Table

TEXT = pa.string()
ROWS = pa.schema(
    {"id": TEXT, "source": TEXT, "prompt": zebra.MESSAGES}
    | {"key": TEXT, "model": TEXT, "response": TEXT, "rating": pa.float64()}
)
"""The columns of a row, under the names used here; rows with the same key belong to one instruction."""

BUCKET = 32 << 20
"""Approximate number of bytes of a bucket in memory."""
MOST = 256
"""Maximum number of buckets; each is an open file."""
UNPACKED = 3
"""Approximate bytes of text per byte of a file: more for parquet and gzip, fewer for JSON."""
UNKNOWN = 16
"""Number of buckets for a dataset of the Hub, whose size is unknown."""


@attrs.frozen
class Long(Reader):
    """One row per instruction and model: instruction (or prompt), model (or generator), response (or output)[, rating].

    Rows with the same `id`, or the same prompt if there is no id, are one instruction, in any order and across all files of
    a folder. A large pool is first divided by instruction on disk (TMPDIR). The options name other columns.
    """

    prompt: str = zebra.option("", "Column of the prompt; recognised by its name if empty.")
    model: str = zebra.option("", "Column of the model; recognised by its name if empty.")
    response: str = zebra.option("", "Column of the response; recognised by its name if empty.")
    rating: str = zebra.option("", "Column of the rating; recognised by its name if empty.")
    id: str = zebra.option("", "Column of the instruction's id; recognised by its name if empty.")

    def schema_for(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read. Raise Mismatch if the table lacks a model, a response or a prompt."""
        texts: dict[str | None, str] = {
            self.model or first_present(columns.MODEL, schema): "'model' or 'generator'",
            self.response or first_present(columns.RESPONSE, schema): "'response' or 'output'",
            **{name: repr(name) for name in (self.id, self.rating) if name},
        }
        for name, description in texts.items():
            if name not in schema.names:
                raise Mismatch(lacks(repr(name) if name else description))
        rating = self.rating or first_present(columns.RATING, schema)
        ratings = {rating: pa.float64()} if rating else {}
        return pa.schema(shared_columns(schema, self.prompt) | dict.fromkeys(texts, TEXT) | ratings)

    def suggests(self, location: str) -> str | None:
        """Return the flags, of this layout or of `wide`, that name the columns of a table."""
        return remedy(open_tables(location)[0].schema)

    def __call__(self, location: str | None) -> zebra.Pool:
        """Open the pool, with a part for each bucket of its instructions; a small pool has one."""
        tables = self.tables(location)
        name = tables[0][0].name if len(tables) == 1 else f"{location} ({len(tables)} files)"
        buckets = Buckets(partial(self.rows, tables), bucket_count(table for table, _ in tables))
        parts = [zebra.Part(name, partial(self.read, buckets, number)) for number in range(buckets.count)]
        return zebra.Pool(parts, [table.path for table, _ in tables if table.path])

    def rows(self, tables: list[tuple[Table, pa.Schema]]) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Read all rows as batches with the columns `ROWS`."""
        for item in (item for table, schema in tables for item in table.read(schema)):
            yield item if isinstance(item, zebra.Rejected) else self._row_batch(item)

    def read(self, buckets: Buckets, number: int) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Read a bucket as a batch with a row per instruction, in the order in which the instructions first appear."""
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
        """Return a batch with the columns `ROWS`; the key of a row is its id, else its prompt."""
        schema = batch.schema
        arrays = shared_arrays(batch, self.prompt)
        if self.id:
            arrays["id"] = batch[self.id]
        arrays |= {
            "key": arrays.get("id", columns.prompt_text(batch[self.prompt or first_present(columns.PROMPT, schema)])),
            "model": batch[self.model or first_present(columns.MODEL, schema)],
            "response": batch[self.response or first_present(columns.RESPONSE, schema)],
        }
        rating = self.rating or first_present(columns.RATING, schema)
        if rating:
            arrays["rating"] = batch[rating]
        filled = [arrays.get(field.name, pa.nulls(batch.num_rows, field.type)) for field in ROWS]
        return pa.RecordBatch.from_arrays(filled, schema=ROWS)


def bucket_count(tables: Iterable[Table]) -> int:
    """Return the number of buckets to divide tables into, from the size of their files."""
    sizes = [table.path.stat().st_size for table in tables if table.path]
    return min(max(sum(sizes) * UNPACKED // BUCKET, 1 if sizes else UNKNOWN), MOST)


def _grouped(rows: pa.Table) -> pa.RecordBatch:
    """Return a batch of the pool's schema with the rows of each key gathered into lists."""
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
