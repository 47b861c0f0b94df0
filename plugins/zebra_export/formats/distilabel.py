"""distilabel: generations with ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs
import pyarrow as pa

from zebra_export.files import Parquet
from zebra_export.rankings import rankings, superiority_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import zebra_core as zebra

BATCH = 1_000
"""The number of instructions of a batch that is written."""
SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("instruction", pa.string()),
        ("messages", pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))),
        ("generations", pa.list_(pa.string())),
        ("generation_models", pa.list_(pa.string())),
        ("ratings", pa.list_(pa.float64())),
        ("source", pa.string()),
    ]
)


@attrs.frozen
class Distilabel(Parquet):
    """distilabel: all responses that the pairs of an instruction compare, with their places as ratings, and a pipeline.

    `instruction` is the last message of the prompt, and `messages` the whole of it.
    """

    lost: ClassVar[str] = "which responses were paired"
    configurations = ("distilabel-pipeline.py",)

    def shaped(self, dataset: zebra.Dataset, pairs: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Yield instructions with the responses that are compared, best first; tied ones have the same rating."""
        rows = (row for batch in pairs for row in batch.to_pylist())
        lines: list[dict[str, Any]] = []
        for first, ranking in rankings(rows, superiority_of(dataset)):
            lowest = ranking[-1].rank
            lines.append(
                {
                    "id": first["id"],
                    "instruction": first["prompt"][-1]["content"],
                    "messages": first["prompt"],
                    "generations": [each.messages[0]["content"] for each in ranking],
                    "generation_models": [each.model for each in ranking],
                    "ratings": [float(lowest - each.rank) for each in ranking],
                    "source": first["source"],
                }
            )
            if len(lines) == BATCH:
                yield pa.RecordBatch.from_pylist(lines, SCHEMA)
                lines = []
        if lines:
            yield pa.RecordBatch.from_pylist(lines, SCHEMA)
