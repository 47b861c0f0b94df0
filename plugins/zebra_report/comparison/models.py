"""The models of the pairs, and which of them are compared with which."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import zebra_core as zebra
from zebra_report.comparison.charts import bars

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zebra_report.comparison.columns import Columns

MOST = 20
"""The number of models, and of pairs of models, that are shown: those in most pairs."""
DRAWN = 10
"""The number of pairs of models that are drawn; the others are in the table."""


def models_section(datasets: Sequence[Columns]) -> zebra.Section:
    """Return how often each model is chosen and rejected, as a share of the pairs of each dataset."""
    counts = {columns.name: _usage(columns) for columns in datasets}
    totals = {columns.name: columns.dataset.total for columns in datasets}
    every = {model for usage in counts.values() for model in usage}
    shares = {
        model: sum(sum(usage.get(model, (0, 0))) / totals[name] for name, usage in counts.items()) for model in every
    }
    shown = _first(shares)
    rows: list[list[Any]] = [["model", *(f"{word}, {name}" for name in counts for word in ("chosen", "rejected"))]]
    rows += [[model, *(n for usage in counts.values() for n in usage.get(model, (0, 0)))] for model in shown]
    values = [
        {"model": model, "dataset": name, "label": label, "pairs": count, "share": sign * count / totals[name]}
        for name, usage in counts.items()
        for model in shown
        for label, sign, count in zip(("chosen", "rejected"), (1, -1), usage.get(model, (0, 0)), strict=True)
    ]
    chart = bars(values, "model", shown, list(counts))
    chart["params"], chart["encoding"]["opacity"] = [zebra.charts.SELECTED], zebra.charts.FAINT
    hidden = f" Shown are the {MOST} of {len(every):,} models that are in most pairs." if len(every) > MOST else ""
    text = f"The share of the pairs in which a model is chosen, to the right, and rejected, to the left.{hidden}"
    return zebra.Section("Chosen and rejected", text, [chart], rows)


def model_pairs_section(datasets: Sequence[Columns]) -> zebra.Section:
    """Return the most frequent pairs of models, as a share of each dataset."""
    counts = {columns.name: _model_pairs(columns) for columns in datasets}
    totals = {columns.name: columns.dataset.total for columns in datasets}
    every = {pair for each in counts.values() for pair in each}
    shares = {pair: sum(each.get(pair, 0) / totals[name] for name, each in counts.items()) for pair in every}
    shown = _first(shares)
    rows: list[list[Any]] = [["chosen", "rejected", *(f"share, {name}" for name in counts)]]
    rows += [[*pair, *(each.get(pair, 0) / totals[name] for name, each in counts.items())] for pair in shown]
    values = [
        {"models": _words(pair), "dataset": name, "pairs": each.get(pair, 0), "share": each.get(pair, 0) / totals[name]}
        for name, each in counts.items()
        for pair in shown[:DRAWN]
    ]
    everywhere = sum(all(pair in each for each in counts.values()) for pair in every)
    text = (
        f"{len(every):,} pairs of models, {everywhere:,} of them in every dataset. Drawn are the {DRAWN} most frequent."
    )
    order = [_words(pair) for pair in shown[:DRAWN]]
    return zebra.Section("Which models are compared", text, [bars(values, "models", order, list(counts))], rows)


def _usage(columns: Columns) -> dict[str, tuple[int, int]]:
    models = columns.dataset.manifest.summary.models
    return {name: (model.chosen, model.rejected) for name, model in models.items() if model.chosen + model.rejected}


def _model_pairs(columns: Columns) -> dict[tuple[str, str], int]:
    nested = columns.dataset.manifest.summary.model_pairs
    return {(better, worse): count for better, others in nested.items() for worse, count in others.items()}


def _first(shares: dict[Any, float]) -> list[Any]:
    """Return the names with the largest shares."""
    return sorted(shares, key=lambda name: (-shares[name], name))[:MOST]


def _words(pair: Iterable[str]) -> str:
    return " over ".join(zebra.charts.short(name, 20) for name in pair)
