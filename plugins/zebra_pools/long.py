"""The long layout: one row per instruction and model, as evaluation scripts write it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_pools import columns
from zebra_pools.columns import first
from zebra_pools.layouts import common, wanted_of
from zebra_pools.tables import Table, open_tables

if TYPE_CHECKING:
    from collections.abc import Iterator


@attrs.frozen
class Long:
    """One row per instruction and model: instruction (or prompt), model (or generator), response (or output)[, rating].

    Rows belong together by `id` where there is one, else by their prompt, in any order and over all files of a folder.
    The options name other columns.
    """

    prompt: str = ""
    model: str = ""
    response: str = ""
    rating: str = ""
    id: str = ""

    def declines(self, location: str) -> str | None:
        """Tell why the location is not of this layout, None where it is."""
        wanted = self.wants(open_tables(location)[0].schema)
        return wanted if isinstance(wanted, str) else None

    def wants(self, schema: pa.Schema) -> pa.Schema | str:
        """Return the columns to read, or why this is another layout."""
        for said, names in ((self.model, columns.MODEL), (self.response, columns.RESPONSE)):
            if (said or first(names, schema)) not in schema.names:
                return f"has no column {said or ' or '.join(map(repr, names))} (its columns: {', '.join(schema.names)})"
        found = common(schema, self.prompt)
        if isinstance(found, str):
            return found
        extra = {self.id: pa.string()} if self.id else {}
        rating = self.rating or first(columns.RATING, schema)
        rated = {rating: pa.float64()} if rating else {}
        texts = {
            self.model or first(columns.MODEL, schema): pa.string(),
            self.response or first(columns.RESPONSE, schema): pa.string(),
        }
        return pa.schema({**found, **extra, **texts, **rated})

    def __call__(self, location: str | None) -> zebra.Pool:
        """Open the pool; its rows are read and grouped when it is read."""
        tables = open_tables(location)
        name = tables[0].name if len(tables) == 1 else f"{len(tables)} files"
        wanted = [wanted_of(self, table) for table in tables]
        part = zebra.Part(name, partial(self.grouped, tables, wanted))
        return zebra.Pool([part], [t.path for t in tables if t.path])

    def grouped(self, tables: list[Table], wanted: list[pa.Schema]) -> Iterator[pa.RecordBatch]:
        """Read all rows and yield one per instruction, in the order in which the instructions first appear."""
        rows = pa.concat_tables(
            self._named(b) for t, w in zip(tables, wanted, strict=True) for b in t.read(w)
        ).combine_chunks()
        if not rows.num_rows:
            return
        key = rows["id"] if not rows["id"].null_count else rows["text"]
        code = key.combine_chunks().dictionary_encode()
        number = pc.fill_null(code.indices.cast(pa.int64()), len(code.dictionary)).to_numpy(zero_copy_only=False)
        order = np.argsort(number, kind="stable")
        starts = np.flatnonzero(np.diff(number[order], prepend=-1))
        offsets = pa.array(np.append(starts, len(number)).astype(np.int32))
        heads, members = rows.take(pa.array(order[starts])), rows.take(pa.array(order)).combine_chunks()
        lists = {
            name: pa.ListArray.from_arrays(offsets, members[column].combine_chunks())
            for name, column in (("models", "model"), ("responses", "response"), ("ratings", "rating"))
        }
        shared = {name: heads[name].combine_chunks() for name in ("id", "prompt", "source")}
        yield columns.pool_batch(**shared, **lists)

    def _named(self, batch: pa.RecordBatch) -> pa.Table:
        """Give the columns the names used here."""
        schema, n = batch.schema, batch.num_rows
        prompt = batch[self.prompt or first(columns.PROMPT, schema)]
        optional = {
            "id": (self.id or first(columns.ID, schema), pa.string()),
            "source": (first(columns.SOURCE, schema), pa.string()),
            "rating": (self.rating or first(columns.RATING, schema), pa.float64()),
        }
        return pa.table(
            {
                "prompt": columns.as_messages(prompt),
                "text": columns.prompt_text(prompt),
                "model": batch[self.model or first(columns.MODEL, schema)],
                "response": batch[self.response or first(columns.RESPONSE, schema)],
                **{name: batch[c] if c else pa.nulls(n, kind) for name, (c, kind) in optional.items()},
            }
        )
