"""The layout with one row per instruction and model, which evaluation scripts write."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs
import pyarrow as pa

import zebra_core as zebra
from zebra_pools import columns
from zebra_pools.columns import first_present
from zebra_pools.files.tables import open_tables
from zebra_pools.joining import ROWS, TEXT, joined_pool
from zebra_pools.reader import Mismatch, Reader, lacks, shared_arrays, shared_columns
from zebra_pools.suggestions import remedy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_pools.files.tables import Table


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
            if pa.types.is_nested(schema.field(name).type):
                msg = f"has a column {name!r} that is not text ({schema.field(name).type})"
                raise Mismatch(msg)
        rating = self.rating or first_present(columns.RATING, schema)
        ratings = {rating: pa.float64()} if rating else {}
        ids = {self.id: columns.id_type(schema.field(self.id).type)} if self.id else {}
        return pa.schema(shared_columns(schema, self.prompt) | dict.fromkeys(texts, TEXT) | ids | ratings)

    def suggests(self, location: str) -> str | None:
        """Return the flags, of this layout or of `wide`, that name the columns of a table."""
        return remedy(open_tables(location)[0].schema)

    def __call__(self, location: str | None) -> zebra.Pool:
        """Open the pool, with a part for each bucket of its instructions; a small pool has one."""
        tables = self.tables(location)
        name = tables[0][0].name if len(tables) == 1 else f"{location} ({len(tables)} files)"
        return joined_pool(name, partial(self.rows, tables), [table.path for table, _ in tables if table.path])

    def rows(self, tables: list[tuple[Table, pa.Schema]]) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Read all rows as batches with the columns `ROWS`."""
        for table, schema in tables:
            line = 1
            for item in table.read(schema):
                if isinstance(item, zebra.Rejected):
                    yield item
                    line += 1
                else:
                    yield self._row_batch(item, table.name, line)
                    line += item.num_rows

    def _row_batch(self, batch: pa.RecordBatch, file: str, line: int) -> pa.RecordBatch:
        """Return a batch with the columns `ROWS`; the key of a row is its id, else its prompt."""
        schema = batch.schema
        arrays = shared_arrays(batch, self.prompt)
        if self.id:
            arrays["id"] = batch[self.id].cast(pa.string())
        arrays |= {
            "key": arrays.get("id", zebra.prompt_text(batch[self.prompt or first_present(columns.PROMPT, schema)])),
            "model": batch[self.model or first_present(columns.MODEL, schema)],
            "response": batch[self.response or first_present(columns.RESPONSE, schema)],
        }
        rating = self.rating or first_present(columns.RATING, schema)
        if rating:
            arrays["rating"] = batch[rating]
        arrays |= {"file": pa.repeat(file, batch.num_rows), "line": pa.array(range(line, line + batch.num_rows))}
        filled = [arrays.get(field.name, pa.nulls(batch.num_rows, field.type)) for field in ROWS]
        return pa.RecordBatch.from_arrays(filled, schema=ROWS)
