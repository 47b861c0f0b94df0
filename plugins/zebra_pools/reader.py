"""What the readers share: opening tables in a layout, and the columns that every layout has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING

import pyarrow as pa

import zebra_core as zebra
from zebra_pools import columns
from zebra_pools.columns import first
from zebra_pools.tables import Table, open_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_pools.ranges import Range

TEXTS = pa.list_(pa.string())


class Misfit(Exception):  # noqa: N818
    """A table is not of the layout; the text goes on after the table's name ("has no column 'models' ...")."""


class Reader(ABC):
    """Reads tables of one layout."""

    @abstractmethod
    def wants(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read of a table, with their types; Misfit where it is of another layout."""

    @abstractmethod
    def __call__(self, location: str | None) -> zebra.Pool:
        """Open the pool; ZebraError where there is none, or one of another layout."""

    def declines(self, location: str) -> str | None:
        """Tell why the location is not of this layout, None where it is."""
        return self.mismatch(open_tables(location)[0].schema)

    def mismatch(self, schema: pa.Schema) -> str | None:
        """Tell why a table is not of this layout, None where it is."""
        try:
            self.wants(schema)
        except Misfit as reason:
            return str(reason)
        return None

    def opened(self, location: str | None) -> list[tuple[Table, pa.Schema]]:
        """Open the tables of a location, each with the columns to read."""
        found = []
        for table in open_tables(location):
            try:
                found.append((table, self.wants(table.schema)))
            except Misfit as reason:
                msg = f"{table.name} {reason}; correct the file, or take it out of the pool"
                raise zebra.ZebraError(msg) from reason
        return found


class RowReader(Reader):
    """Reads a layout with one row per instruction: each table is a part of the pool."""

    @abstractmethod
    def to_pool(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the layout's columns in the pool's schema. Raise RowError for a row that contradicts itself."""

    def __call__(self, location: str | None) -> zebra.Pool:
        """Open the pool."""
        found = self.opened(location)
        parts = [
            zebra.Part(table.name, partial(self.read, rows, wanted), rows.rows, rows.before)
            for table, wanted in found
            for rows in table.ranges
        ]
        return zebra.Pool(parts, [table.path for table, _ in found if table.path])

    def read(self, rows: Range, wanted: pa.Schema) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Read a range of a table."""
        for item in rows.read(wanted):
            yield from [item] if isinstance(item, zebra.Rejected) else zebra.convert_or_reject(item, self.to_pool)

    def convert(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Convert a batch of a table that is in memory."""
        wanted = self.wants(batch.schema)
        yield from zebra.convert_or_reject(batch, lambda rows: self.to_pool(columns.conformed(wanted, rows)))


def shared_columns(schema: pa.Schema, prompt: str = "") -> dict[str, pa.DataType]:
    """Return the columns of prompt, id and source that a table has, with the types to read them in.

    `prompt` is the name that the user gave. Raises Misfit where there is no prompt, or none that is text or messages.
    """
    name = prompt or first(columns.PROMPT, schema)
    if name is None or name not in schema.names:
        raise Misfit(lacks(repr(prompt) if prompt else "'instruction' or 'prompt'", schema))
    kind = columns.prompt_type(schema.field(name).type)
    if kind is None:
        msg = f"has a column {name!r} that is neither text nor messages ({schema.field(name).type})"
        raise Misfit(msg)
    others = [first(names, schema) for names in (columns.ID, columns.SOURCE)]
    return {name: kind, **{other: pa.string() for other in others if other and other != name}}


def shared_arrays(batch: pa.RecordBatch, prompt: str = "") -> dict[str, pa.Array]:
    """Return prompt, id and source of a batch as the pool's columns."""
    found = {"id": first(columns.ID, batch.schema), "source": first(columns.SOURCE, batch.schema)}
    text = batch[prompt or first(columns.PROMPT, batch.schema)]
    return {"prompt": columns.as_messages(text), **{name: batch[column] for name, column in found.items() if column}}


def lacks(what: str, schema: pa.Schema) -> str:
    """Say that a table has no such column, and which it has."""
    return f"has no column {what} (its columns: {', '.join(schema.names)})"
