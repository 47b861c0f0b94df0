"""The datasets in numbers, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import zebra_core as zebra
from zebra_report.comparison.columns import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_report.comparison.columns import Columns


def statistics(columns: Columns) -> dict[str, float]:
    """Return what can be said about the pairs of a dataset in a number each."""
    summary = columns.dataset.manifest.summary
    shares = np.array([count for others in summary.model_pairs.values() for count in others.values()]) / summary.pairs
    longer = columns.longer
    margin, similarity, confidence = (columns.numbers[name] for name in NUMBERS)
    return {
        "pairs": summary.pairs,
        "kept": summary.pairs / max(summary.rows, 1),
        "model pairs": len(shares),
        "model pairs, effective number": float(1 / (shares**2).sum()),
        "margin": float(margin.mean()),
        "similarity": float(similarity.mean()),
        "hardness": float(zebra.hardness(margin, similarity).mean()),
        "confidence": float(confidence.mean()),
        "characters of the chosen response": float(columns.lengths["chosen"].mean()),
        "characters of the rejected response": float(columns.lengths["rejected"].mean()),
        "chosen response is longer": float((longer > 0).mean() + 0.5 * (longer == 0).mean()),
        "margin ~ length": zebra.rank_correlation(margin, longer),
    }


def numbers_section(datasets: Sequence[Columns]) -> zebra.Section:
    """Return the statistics of datasets side by side."""
    by_dataset = [statistics(columns) for columns in datasets]
    rows: list[list[Any]] = [["", *(columns.name for columns in datasets)]]
    rows += [[name, *(values[name] for values in by_dataset)] for name in by_dataset[0]]
    text = (
        "Means over all pairs. kept is the share of the instructions with a pair; a tie in length counts as half; margin ~ length is "
        "the rank correlation of the margin and the difference in length."
    )
    return zebra.Section("In numbers", text, rows=rows)
