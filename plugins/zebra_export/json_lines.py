"""The export as JSON lines."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    import zebra_core as zebra


def jsonl(dataset: zebra.Dataset, output: Path) -> None:
    """JSON lines: `pairs.jsonl`, one pair per line with all its columns, for whatever reads no parquet."""
    with (output / "pairs.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for batch in dataset.batches():
            file.writelines(f"{_line(row)}\n" for row in batch.to_pylist())


def _line(row: dict[str, Any]) -> str:
    """Return a row as JSON, which has no number for NaN and infinity; a date or the like becomes text."""
    finite = {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()
    }
    return json.dumps(finite, ensure_ascii=False, default=str)
