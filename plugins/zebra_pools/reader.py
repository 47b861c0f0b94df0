"""The base of the readers: it opens tables of a layout, and reads the columns that every layout has."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import pyarrow as pa

import zebra_core as zebra
from zebra_pools import columns
from zebra_pools.columns import first_present
from zebra_pools.files.tables import Table, open_tables
from zebra_pools.suggestions import names_of, remedy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_pools.files.ranges import Range

TEXTS = pa.list_(pa.string())


class Mismatch(Exception):  # noqa: N818
    """A table is not of the layout; the text continues after the table's name ("has no column 'models' ...")."""


class Reader(ABC):
    """Reads tables of one layout; a general one yields to the reader of a format that recognises the same table."""

    general: ClassVar[bool] = True

    @abstractmethod
    def schema_for(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read from a table, with their types. Raise Mismatch if it is of another layout."""

    @abstractmethod
    def __call__(self, location: str | None) -> zebra.Pool:
        """Open the pool. Raise ZebraError if it cannot be opened, or is of another layout."""

    def declines(self, location: str) -> str | None:
        """Return why the location is not of this layout, None if it is."""
        return self.mismatch(open_tables(location)[0].schema)

    def mismatch(self, schema: pa.Schema) -> str | None:
        """Return why a table is not of this layout, None if it is."""
        try:
            self.schema_for(schema)
        except Mismatch as mismatch:
            return str(mismatch)
        return None

    def tables(self, location: str | None) -> list[tuple[Table, pa.Schema]]:
        """Return the tables of a location, each with the columns to read. Raise ZebraError if one is of another layout."""
        tables = []
        for table in open_tables(location):
            try:
                tables.append((table, self.schema_for(table.schema)))
            except Mismatch as mismatch:
                advice = names_of(table.schema) if self != type(self)() else remedy(table.schema)
                msg = f"{table.name} {mismatch}; {advice}; or take the file out of the pool"
                raise zebra.ZebraError(msg) from mismatch
        return tables


class RowReader(Reader):
    """Reads a layout with one row per instruction: each table is a part of the pool."""

    @abstractmethod
    def to_pool(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return a batch of the layout's columns in the pool's schema. Raise RowError for a row that contradicts itself."""

    def __call__(self, location: str | None) -> zebra.Pool:
        """Open the pool."""
        tables = self.tables(location)
        parts = [
            zebra.Part(table.name, partial(self.read, rows, schema), rows.rows, rows.before, rows.meter)
            for table, schema in tables
            for rows in table.ranges
        ]
        return zebra.Pool(parts, [table.path for table, _ in tables if table.path])

    def read(self, rows: Range, schema: pa.Schema) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Read these columns of a range of a table."""
        for item in rows.read(schema):
            yield from [item] if isinstance(item, zebra.Rejected) else zebra.convert_or_reject(item, self.to_pool)

    def convert(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch | zebra.Rejected]:
        """Convert a batch of a table in memory."""
        schema = self.schema_for(batch.schema)
        yield from zebra.convert_or_reject(batch, lambda rows: self.to_pool(columns.conform_batch(schema, rows)))


def shared_columns(schema: pa.Schema, prompt: str = "") -> dict[str, pa.DataType]:
    """Return the columns of prompt, id and source that a table has, with the types to read them as.

    `prompt` is the column that the user named, if any. Raise Mismatch if no prompt is found, or one that is neither text nor
    messages.
    """
    name = prompt or first_present(columns.PROMPT, schema)
    if name is None or name not in schema.names:
        raise Mismatch(lacks(repr(prompt) if prompt else "'instruction' or 'prompt'"))
    kind = columns.prompt_type(schema.field(name).type)
    if kind is None:
        msg = f"has a column {name!r} that is neither text nor messages ({schema.field(name).type})"
        raise Mismatch(msg)
    number, source = (first_present(names, schema) for names in (columns.ID, columns.SOURCE))
    ids = {number: columns.id_type(schema.field(number).type)} if number else {}
    return {**ids, **({source: pa.string()} if source else {}), name: kind}


def shared_arrays(batch: pa.RecordBatch, prompt: str = "") -> dict[str, pa.Array]:
    """Return prompt, id and source of a batch as the pool's columns."""
    names = {"id": first_present(columns.ID, batch.schema), "source": first_present(columns.SOURCE, batch.schema)}
    text = batch[prompt or first_present(columns.PROMPT, batch.schema)]
    texts = {name: batch[column].cast(pa.string()) for name, column in names.items() if column}
    return {"prompt": columns.as_messages(text), **texts}


def lacks(what: str) -> str:
    """Return the text of a Mismatch: what the table lacks."""
    return f"has no column {what}"
