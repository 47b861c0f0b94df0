"""The pairs as tables for whatever reads no parquet: JSON lines and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs
import pyarrow as pa

import zebra_core as zebra
from zebra_export.files import Exporter, JsonLines
from zebra_export.messages import with_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = 1 << 26
"""The bytes of a block that is restored; the longest line must fit into it."""
TEXTS = ("prompt", "chosen", "rejected")


@attrs.frozen
class Jsonl(JsonLines):
    """JSON lines: one pair per line with all its columns."""

    def restored(self, file: Path) -> Iterator[pa.RecordBatch]:
        """Yield the pairs of a file that was written."""
        from pyarrow import json  # noqa: PLC0415  # slow to import

        settings = json.ReadOptions(block_size=BLOCK), json.ParseOptions(explicit_schema=zebra.PREFERENCES)
        with json.open_json(zebra.storage.source(file), *settings) as reader:
            yield from reader


@attrs.frozen
class Csv(Exporter):
    """CSV: prompt, chosen and rejected as text, with all other columns that a table can hold."""

    suffix = ".csv"
    lost: ClassVar[str] = "the roles of the messages"

    def write(self, dataset: zebra.Dataset, shard: Path, path: Path) -> None:
        """Write the pairs of a shard."""
        from pyarrow import csv  # noqa: PLC0415  # slow to import

        batches = map(_flat, dataset.read(shard))
        first = next(batches)
        with zebra.storage.sink(path) as sink, csv.CSVWriter(sink, first.schema) as file:
            file.write_batch(first)
            for batch in batches:
                file.write_batch(batch)


def _flat(pairs: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch with the contents of messages as text, and without the columns that are no plain values."""
    rows = pairs.select(TEXTS).to_pylist()
    texts = {name: ["\n\n".join(message["content"] for message in row[name]) for row in rows] for name in TEXTS}
    nested = [field.name for field in pairs.schema if pa.types.is_nested(field.type)]
    columns = dict.fromkeys(nested) | {name: pa.array(values, pa.string()) for name, values in texts.items()}
    return with_columns(pairs, columns)
