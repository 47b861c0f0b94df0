"""Score tables: what is missing, what is joined, what appears twice."""

from __future__ import annotations

import zebra_core as zebra

NAN = float("nan")


def table(rows: dict[str, list[float]], *names: str) -> zebra.ScoreTable:
    return zebra.ScoreTable.from_rows(
        [(model, dict(zip(names, scores, strict=True))) for model, scores in rows.items()],
        [zebra.Benchmark(n, direction="higher") for n in names],
    )
