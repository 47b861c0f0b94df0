"""The layout with lists of models and responses, and a prompt that may have several turns."""

from __future__ import annotations

import attrs
import pyarrow as pa

from zebra_pools.columns import pool_batch
from zebra_pools.reader import TEXTS, Mismatch, RowReader, lacks, shared_arrays, shared_columns


@attrs.frozen
class Messages(RowReader):
    """Lists, and a prompt that may have several turns: prompt (messages or text), models, responses[, ratings]."""

    def schema_for(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read. Raise Mismatch if there are no lists of models and responses."""
        shared = shared_columns(schema)
        for name in ("models", "responses"):
            if name not in schema.names:
                raise Mismatch(lacks(repr(name)))
        ratings = {"ratings": pa.list_(pa.float64())} if "ratings" in schema.names else {}
        return pa.schema({**shared, "models": TEXTS, "responses": TEXTS, **ratings})

    def to_pool(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch with the lists as they are."""
        lists = {name: batch[name] for name in ("models", "responses", "ratings") if name in batch.schema.names}
        return pool_batch(**shared_arrays(batch), **lists)
