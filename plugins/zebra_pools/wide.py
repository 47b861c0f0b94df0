"""The layout with one column per model."""

from __future__ import annotations

import attrs
import numpy as np
import pyarrow as pa

import zebra_core as zebra
from zebra_pools import columns
from zebra_pools.reader import Mismatch, RowReader, lacks, shared_arrays, shared_columns

OTHERS = {"models", "completions", "responses", "model_a", *columns.MODEL, *columns.RESPONSE}
"""Columns that belong to other layouts."""
LISTS = {"generations", "answers"}
"""Columns that do if they are lists."""


@attrs.frozen
class Wide(RowReader):
    """One column per model: an instruction, and the response of each model under the model's name.

    `models` names the columns of responses, by default all other text columns; `prompt` names the column of the instruction.
    """

    models: tuple[str, ...] = zebra.option(
        (), "Columns of the models' responses; by default every other column of text."
    )
    prompt: str = zebra.option("", "Column of the prompt; recognised by its name if empty.")

    def schema_for(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read. Raise Mismatch if fewer than two hold responses."""
        shared = shared_columns(schema, self.prompt)
        other = {f.name for f in schema if f.name in OTHERS or (f.name in LISTS and pa.types.is_nested(f.type))}
        if other and not self.models:
            msg = f"has a column {min(other)!r}, which belongs to another layout"
            raise Mismatch(msg)
        reserved = {*columns.PROMPT, *columns.ID, *columns.SOURCE, *columns.RATING, *shared}
        names = self.models or tuple(f.name for f in schema if f.name not in reserved and columns.is_text(f.type))
        for name in names:
            if name not in schema.names:
                raise Mismatch(lacks(repr(name)))
        if len(names) < 2:
            msg = "has fewer than two columns of responses"
            raise Mismatch(msg)
        return pa.schema({**shared, **dict.fromkeys(names, pa.string())})

    def to_pool(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch with the responses of each row in a list."""
        shared = {*shared_columns(batch.schema, self.prompt)} - {*self.models}
        names = [name for name in batch.schema.names if name not in shared]
        n, k = batch.num_rows, len(names)
        row_by_row = pa.array((np.arange(k)[None, :] * n + np.arange(n)[:, None]).ravel())
        offsets = pa.array((np.arange(n + 1) * k).astype(np.int32))
        models = pa.array(names).take(pa.array(np.tile(np.arange(k), n)))
        responses = pa.concat_arrays([batch[name] for name in names]).take(row_by_row)
        return columns.pool_batch(
            **shared_arrays(batch, self.prompt),
            models=pa.ListArray.from_arrays(offsets, models),
            responses=pa.ListArray.from_arrays(offsets, responses),
        )
