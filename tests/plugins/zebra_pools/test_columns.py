"""Columns and their types."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
from helpers.pools import (
    EXPECTED,
    parquet,
    read,
    ultrafeedback,
)

from zebra_core.testing import Project


def test_other_arrow_types(zebra_cli: Project) -> None:
    """Large and dictionary-encoded text, large lists, and fields in another order are read as any other."""
    item = pa.struct([("response", pa.large_string()), ("model", pa.dictionary(pa.int32(), pa.string()))])
    schema = pa.schema(
        [
            ("completions", pa.large_list(item)),
            ("models", pa.large_list(pa.large_string())),
            ("instruction", pa.large_string()),
            ("id", pa.string()),
            ("source", pa.dictionary(pa.int8(), pa.large_string())),
        ]
    )
    rows = [
        {**row, "completions": [{k: c[k] for k in ("model", "response")} for c in row["completions"]]}
        for row in ultrafeedback()
    ]
    sources = (
        pa.array([row["source"] for row in rows], pa.large_string())
        .dictionary_encode()
        .cast(schema.field("source").type)
    )
    table = pa.Table.from_pylist(rows, schema.remove(schema.get_field_index("source")))
    table = table.append_column(schema.field("source"), sources)  # it is the last one
    with pa.ipc.new_stream(str(zebra_cli.folder / "pool.arrow"), schema) as writer:
        writer.write_table(table)
    assert read("pool.arrow") == EXPECTED


def test_only_what_is_wanted_is_read() -> None:
    """Of a parquet file's leaves, critiques and columns that no layout wants stay on disk."""
    from zebra_pools.columns import leaves
    from zebra_pools.ultrafeedback import UltraFeedback

    file = pq.ParquetFile(io.BytesIO(parquet([{**row, "notes": "long"} for row in ultrafeedback()])))
    paths = [file.schema.column(k).path for k in range(len(file.schema.names))]
    read = leaves(paths, UltraFeedback().schema_for(file.schema_arrow))
    assert {path.split(".")[-1] for path in paths} - {path.split(".")[-1] for path in read} == {"critique", "notes"}
