"""The instructions whose pairs differ, to read: both pairs of a sample of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import zebra_core as zebra
from zebra_report.comparison.columns import MODELS, NUMBERS
from zebra_report.comparison.matching import OTHER, REVERSED
from zebra_report.page import Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from zebra_report.comparison.columns import Columns
    from zebra_report.comparison.matching import Match

LIMIT = 200
"""The number of instructions that are shown, of all datasets together."""
LONGEST = 1500
"""The number of characters of a text that are shown."""
TEXTS = ("id", "prompt", "chosen", "rejected")
WORDS = {REVERSED: "reversed", OTHER: "another pair"}


def differing_panel(datasets: Sequence[Columns], matches: Sequence[Match]) -> Panel | None:
    """Return the instructions whose pairs differ from the first dataset's, with both pairs; None if there is none."""
    first, *others = datasets
    total, shown = 0, []
    for columns, match in zip(others, matches, strict=True):
        rows = np.flatnonzero((match.first == REVERSED) | (match.first == OTHER))
        total += len(rows)
        shown += _differing(first, columns, match, _sampled(match, rows, LIMIT // len(others)))
    if not shown:
        return None
    sampled = f"{len(shown):,} of the {total:,}, evenly spread" if total > len(shown) else f"all {total:,}"
    text = f"Pairs of the same instruction that differ from those of {first.name}: {sampled}."
    names = [columns.name for columns in datasets]
    return Panel("comparison", "Pairs that differ, to read", text, {"names": names, "pairs": shown})


def _sampled(match: Match, rows: NDArray[np.int64], limit: int) -> NDArray[np.int64]:
    """Return rows evenly spread, half of them with reversed labels if there are so many, and each instruction once."""
    _, once = np.unique(match.keys[0][rows], return_index=True)
    rows = rows[np.sort(once)]
    reverse = match.first[rows] == REVERSED
    count = min(int(reverse.sum()), max(limit // 2, limit - int((~reverse).sum())))
    parts = [_spread(rows[reverse], count), _spread(rows[~reverse], limit - count)]
    return np.sort(np.concatenate(parts))


def _spread(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return rows[np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.int64)]


def _differing(first: Columns, second: Columns, match: Match, rows: NDArray[np.int64]) -> list[dict[str, Any]]:
    partners = [match.partner(int(row)) for row in rows]
    own, others = _pairs_at(first, rows), _pairs_at(second, np.array(partners, dtype=np.int64))
    return [
        {
            "id": own[row]["id"],
            "prompt": own[row]["prompt"],
            "differs": WORDS[int(match.first[row])],
            "dataset": second.name,
            "pairs": [_without_prompt(own[row]), _without_prompt(others[partner])],
        }
        for row, partner in zip(rows.tolist(), partners, strict=True)
    ]


def _without_prompt(pair: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in pair.items() if name not in ("id", "prompt")}


def _pairs_at(columns: Columns, rows: NDArray[np.int64]) -> dict[int, dict[str, Any]]:
    """Return the pairs of some rows of a dataset, by row: texts, cut if they are long, models and numbers."""
    places, start = np.unique(rows), 0
    pairs: dict[int, dict[str, Any]] = {}
    for batch in columns.dataset.batches(TEXTS):
        for row in places[(places >= start) & (places < start + len(batch))].tolist():
            part = batch.slice(row - start, 1)
            shown = {name: _cut(zebra.message_texts(part[name])[0].as_py()) for name in TEXTS}
            numbers = {name: _number(columns.numbers[name][row]) for name in NUMBERS}
            pairs[row] = {**shown, **dict(zip(MODELS, columns.models_at(row), strict=True)), **numbers}
        start += len(batch)
    return pairs


def _number(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ... ({len(text) - LONGEST:,} characters more)"
