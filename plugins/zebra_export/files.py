"""The file types of the exports: an exporter says what becomes of the pairs, and its base writes and reads the files."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_core.dataset.shards import parquet_settings
from zebra_export.configuration import write_configurations

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pyarrow as pa

BATCH = 4_096
"""The number of rows of a batch that is restored, at most; even, for pairs that are two rows."""


@attrs.frozen
class Exporter:
    """The base of the exporters: a file per shard, and the configurations of the tool."""

    suffix: ClassVar[str]
    configurations: ClassVar[tuple[str, ...]] = ()

    def __call__(self, dataset: zebra.Dataset, output: Path) -> None:
        """Write the files."""
        zebra.write_shards(dataset, output, self.suffix, lambda shard, path: self.write(dataset, shard, path))
        write_configurations(self.configurations, dataset, output, self.suffix, **self.values)

    @property
    def values(self) -> dict[str, Any]:
        """What the configurations use besides the dataset's files."""
        return {}

    def write(self, dataset: zebra.Dataset, shard: Path, path: Path) -> None:
        """Write the pairs of a shard to a file."""
        raise NotImplementedError


@attrs.frozen
class Parquet(Exporter):
    """Parquet files with the columns that a tool reads; by default those of the dataset."""

    suffix = ".parquet"

    def write(self, dataset: zebra.Dataset, shard: Path, path: Path) -> None:
        """Write the pairs of a shard."""
        batches = self.shaped(dataset, dataset.read(shard))
        first = next(batches)
        settings = parquet_settings(first.schema)
        with zebra.storage.sink(path) as sink, pq.ParquetWriter(sink, first.schema, **settings) as file:
            file.write_batch(first)
            for batch in batches:
                file.write_batch(batch)

    def shaped(self, dataset: zebra.Dataset, pairs: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:  # noqa: ARG002
        """Yield what is written of the batches of a shard."""
        return map(self.converted, pairs)

    def converted(self, pairs: pa.RecordBatch) -> pa.RecordBatch:
        """Return what is written of a batch."""
        return pairs

    def restored(self, file: Path) -> Iterator[pa.RecordBatch]:
        """Yield the pairs of a file that was written."""
        with pq.ParquetFile(zebra.storage.source(file)) as table:
            for batch in table.iter_batches(BATCH):
                yield self.reverted(batch)

    def reverted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the pairs of a batch that `converted` made."""
        return batch


@attrs.frozen
class JsonLines(Exporter):
    """JSON lines; by default a pair per line, with all its columns."""

    suffix = ".jsonl"

    def write(self, dataset: zebra.Dataset, shard: Path, path: Path) -> None:
        """Write the pairs of a shard."""
        rows = (row for batch in dataset.read(shard) for row in batch.to_pylist())
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(
                json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in self.lines(dataset, rows)
            )

    def lines(self, dataset: zebra.Dataset, rows: Iterator[dict[str, Any]]) -> Iterable[dict[str, Any]]:  # noqa: ARG002
        """Yield what is written of the rows of a shard."""
        return map(self.line, rows)

    def line(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return what is written of a pair. JSON has no number for NaN and infinity."""
        return {
            name: None if isinstance(value, float) and not math.isfinite(value) else value
            for name, value in row.items()
        }
