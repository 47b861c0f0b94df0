"""The layout of lists beside a prompt of several turns."""

from __future__ import annotations

import attrs
import pyarrow as pa

from zebra_pools.columns import pool_batch
from zebra_pools.reader import TEXTS, Misfit, RowReader, lacks, shared_arrays, shared_columns


@attrs.frozen
class Messages(RowReader):
    """Lists beside a prompt that may have several turns: prompt (messages or text), models, responses[, ratings]."""

    def wants(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read; Misfit where there are no lists of models and responses."""
        found = shared_columns(schema)
        for name in ("models", "responses"):
            if name not in schema.names:
                raise Misfit(lacks(repr(name), schema))
        ratings = {"ratings": pa.list_(pa.float64())} if "ratings" in schema.names else {}
        return pa.schema({**found, "models": TEXTS, "responses": TEXTS, **ratings})

    def to_pool(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Take the lists as they are."""
        lists = {name: batch[name] for name in ("models", "responses", "ratings") if name in batch.schema.names}
        return pool_batch(**shared_arrays(batch), **lists)
