"""How margin, similarity, confidence and the difference in length are distributed, over each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import zebra_core as zebra
from zebra_report.comparison.charts import histogram
from zebra_report.comparison.columns import NUMBERS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_report.comparison.columns import Columns

LENGTH = "characters, chosen - rejected"


def distributions_section(datasets: Sequence[Columns]) -> zebra.Section:
    """Return the distributions of datasets, and their quantiles."""
    quantities = {name: {columns.name: columns.numbers[name] for columns in datasets} for name in NUMBERS}
    quantities[LENGTH] = {columns.name: columns.longer for columns in datasets}
    rows: list[list[Any]] = [["", "dataset", "5%", "median", "95%", "mean"]]
    for name, by_dataset in quantities.items():
        for dataset, values in by_dataset.items():
            finite = values[np.isfinite(values)]
            if len(finite):
                rows.append([name, dataset, *map(float, np.percentile(finite, [5, 50, 95])), float(finite.mean())])
    charts = [histogram(name, by_dataset, cut=name == LENGTH) for name, by_dataset in quantities.items()]
    text = "Shares of the pairs of each dataset. Differences in length in the outermost 1% are drawn at the edge."
    return zebra.Section("How far apart, how similar", text, [chart for chart in charts if chart], rows)
