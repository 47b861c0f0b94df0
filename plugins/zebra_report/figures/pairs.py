"""The pairs: their models (ZEBRA, Figure 8), how far apart and how similar those are, and how long the responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import zebra_core as zebra
from zebra_report.facts import facts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 40
BARS = 20
BINS = 40


def frequencies(dataset: zebra.Dataset) -> zebra.Section:
    """How often each model is chosen and rejected (ZEBRA, Figure 8)."""
    models = dataset.manifest.summary.models
    used = sorted(models, key=lambda name: -(models[name].chosen + models[name].rejected))
    rows: list[list[Any]] = [["model", "superiority", "chosen", "rejected"]]
    rows += [[name, models[name].superiority, models[name].chosen, models[name].rejected] for name in used]
    shown = sorted(used[:MOST], key=lambda name: -models[name].superiority)
    values = [
        {"model": name, "side": side, "pairs": count, "bar": count * sign}
        for name in shown
        for side, count, sign in (("chosen", models[name].chosen, 1), ("rejected", models[name].rejected, -1))
    ]
    chart = {
        "description": "How often each model is chosen, to the right, and rejected, to the left; the best model is at the top",
        "data": {"values": values},
        "params": [zebra.charts.SELECTED],
        "width": "container",
        "height": {"step": 18},
        "mark": {"type": "bar", "tooltip": {"content": "data"}},
        "encoding": {
            "y": {
                "field": "model",
                "type": "nominal",
                "sort": shown,
                "axis": {"title": None, "ticks": False, "domain": False},
            },
            "x": {
                "field": "bar",
                "type": "quantitative",
                "stack": None,
                "title": "pairs",
                "axis": {"labelExpr": "format(abs(datum.value), ',')"},
            },
            "color": {
                "field": "side",
                "type": "nominal",
                "scale": {"domain": ["chosen", "rejected"], "range": [zebra.charts.BLUE, zebra.charts.ORANGE]},
                "legend": {"title": None, "orient": "top"},
            },
            "opacity": zebra.charts.FAINT,
        },
    }
    unused = sum(1 for model in models.values() if not model.chosen + model.rejected)
    text = "The best model is at the top." + (
        f" {unused} of the pool's {len(models)} models are in no pair." if unused else ""
    )
    return zebra.Section("Chosen and rejected", text, [chart], rows)


def model_pairs(dataset: zebra.Dataset) -> zebra.Section:
    """Which pairs of models make up the data."""
    nested = dataset.manifest.summary.model_pairs
    counts = [(better, worse, count) for better, others in nested.items() for worse, count in others.items()]
    counts.sort(key=lambda item: -item[2])
    behavior = dataset.behavior if dataset.has_behavior else None
    scores_of = {name: model.scores_of for name, model in dataset.manifest.summary.models.items()}
    rows: list[list[Any]] = [["chosen", "rejected", "pairs", "share", *(("margin", "similarity") if behavior else ())]]
    for better, worse, count in counts[:BARS]:
        apart = _differences(behavior, scores_of[better], scores_of[worse]) if behavior else ()
        rows.append([better, worse, count, count / dataset.total, *apart])
    shares = np.array([count for *_, count in counts]) / dataset.total
    text = (
        f"{len(counts):,} distinct pairs of models; they are worth {1 / (shares**2).sum():.1f} pairs of equal weight. The most frequent "
        f"makes up {shares[0]:.1%}."
    )
    return zebra.Section("Which models are compared", text, rows=rows)


def _differences(behavior: zebra.Behavior, better: str, worse: str) -> tuple[float, float]:
    """Return margin and similarity of two models."""
    i, j = behavior.models.index(better), behavior.models.index(worse)
    similarity = behavior.pair_similarity(np.array([i]), np.array([j]))[0]
    return float(behavior.superiority[i] - behavior.superiority[j]), float(similarity)


def distributions(dataset: zebra.Dataset) -> zebra.Section:
    """How margin, similarity, confidence and the difference in length are distributed."""
    facts = facts_of(dataset)
    panels = {**facts.numbers, "characters, chosen - rejected": facts.lengths["chosen"] - facts.lengths["rejected"]}
    rows: list[list[Any]] = [["of", "5 %", "median", "95 %", "mean"]]
    charts = []
    for name, values in panels.items():
        finite = values[np.isfinite(values)]
        rows.append([name, *map(float, np.percentile(finite, [5, 50, 95])), float(finite.mean())])
        low, high = np.percentile(finite, [1, 99]) if name.startswith("characters") else (finite.min(), finite.max())
        charts.append(histogram(name, np.clip(finite, low, high)))
    text = f"Of {dataset.sampled}. Lengths in the outermost 1 % are drawn at the edge."
    return zebra.Section("How far apart, how similar", text, charts, rows)


def histogram(name: str, values: NDArray[np.float64], bins: int = BINS) -> dict[str, Any]:
    """Return a histogram of finite values, of which there is one or more."""
    counts, edges = np.histogram(values, bins)
    bars = [
        {"from": round(float(low), 6), "to": round(float(high), 6), "pairs": int(count)}
        for low, high, count in zip(edges, edges[1:], counts, strict=False)
    ]
    return {
        "description": f"Distribution of {name}",
        "data": {"values": bars},
        "width": "container",
        "height": 150,
        "mark": {"type": "bar", "color": zebra.charts.BLUE, "binSpacing": 1, "tooltip": {"content": "data"}},
        "encoding": {
            "x": {"field": "from", "bin": {"binned": True}, "type": "quantitative", "title": name},
            "x2": {"field": "to"},
            "y": {"field": "pairs", "type": "quantitative", "axis": {"tickCount": 4}},
        },
    }
