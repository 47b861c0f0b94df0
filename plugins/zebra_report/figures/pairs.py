"""The pairs: their models (ZEBRA, Figure 8), how far apart and how similar those are, and some pairs to read."""

from __future__ import annotations

from typing import Any

import numpy as np

import zebra_core as zebra

MOST = 40
BARS = 20
SAMPLES = 12
SHOWN = 700


def frequencies(dataset: zebra.Dataset) -> zebra.Section:
    """How often each model is chosen and rejected (ZEBRA, Figure 8)."""
    models = dataset.manifest.summary.models
    used = sorted(models, key=lambda name: -(models[name].chosen + models[name].rejected))[:MOST]
    order = sorted(used, key=lambda name: models[name].superiority)
    with zebra.drawing.canvas(7.4, 0.8 + 0.21 * len(order)) as canvas:
        (axes,) = canvas.axes
        places = range(len(order))
        axes.barh(places, [models[name].chosen for name in order], color=zebra.drawing.BLUE, label="chosen")
        axes.barh(places, [-models[name].rejected for name in order], color=zebra.drawing.ORANGE, label="rejected")
        axes.set_yticks(places, [zebra.drawing.short(name) for name in order], fontsize=8)
        axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):,.0f}")
        axes.axvline(0, color="#8a929c", linewidth=0.8)
        axes.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
        axes.margins(y=0.01)
    rows: list[list[Any]] = [["model", "superiority", "chosen", "rejected"]]
    rows += [[name, model.superiority, model.chosen, model.rejected] for name, model in models.items()]
    unused = sum(1 for model in models.values() if not model.chosen + model.rejected)
    text = "The best model is at the top." + (
        f" {unused} of the pool's {len(models)} models are in no pair." if unused else ""
    )
    return zebra.Section("Chosen and rejected", text, canvas.svg, rows)


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
    pairs = dataset.pairs
    lengths = np.array([len(c) - len(r) for c, r in zip(pairs["chosen"], pairs["rejected"], strict=True)], dtype=float)
    panels = {name: np.array(pairs[name], dtype=float) for name in ("margin", "similarity", "confidence")}
    low, high = np.percentile(lengths, [1, 99])
    panels["characters, chosen - rejected"] = np.clip(lengths, low, high)
    with zebra.drawing.canvas(7.4, 4.2, (2, 2)) as canvas:
        for axes, (name, values) in zip(canvas.axes, panels.items(), strict=True):
            axes.hist(values[np.isfinite(values)], bins=40, color=zebra.drawing.BLUE)
            axes.set(xlabel=name, ylabel="pairs")
    text = f"Of {dataset.sampled}. Lengths in the outermost 1 % are drawn at the edge."
    rows: list[list[Any]] = [["", "5 %", "median", "95 %", "mean"]]
    panels["characters, chosen - rejected"] = lengths
    for name, values in panels.items():
        finite = values[np.isfinite(values)]
        rows.append([name, *map(float, np.percentile(finite, [5, 50, 95])), float(finite.mean())])
    return zebra.Section("How far apart, how similar", text, canvas.svg, rows)


def samples(dataset: zebra.Dataset) -> zebra.Section:
    """Twelve pairs, and why each was made."""
    pairs = dataset.pairs
    order = np.argsort(np.array(pairs["margin"], dtype=float), kind="stable")
    places = order[np.linspace(0, len(order) - 1, min(SAMPLES, len(order))).astype(int)]
    rows: list[list[Any]] = [["why", "prompt", "chosen", "rejected"]]
    for at in places:
        row = {name: values[at] for name, values in pairs.items()}
        why = [
            f"{row['chosen_model']} over {row['rejected_model']}",
            *(_superiorities(dataset, row["chosen_model"], row["rejected_model"]) if dataset.has_behavior else ()),
            f"margin {row['margin']:.3f}, similarity {row['similarity']:.3f}, confidence {row['confidence']:.3f}",
        ]
        rows.append(["\n".join(why), *(_cut(row[name]) for name in ("prompt", "chosen", "rejected"))])
    rule = dataset.manifest.recipe["rule"]
    text = (
        f"From the smallest margin to the widest. The rule {rule} decided which response is chosen; a margin below 0 means "
        "that it chose the one of the model with the lower scores."
    )
    return zebra.Section("Pairs to read", text, rows=rows)


def _superiorities(dataset: zebra.Dataset, chosen: str, rejected: str) -> list[str]:
    """Return the superiority of two models as text, in all and on each axis."""
    behavior, models = dataset.behavior, dataset.manifest.summary.models
    i, j = (behavior.models.index(models[name].scores_of) for name in (chosen, rejected))
    numbers = {axis: behavior.on_axis(axis) for axis in dict.fromkeys(behavior.axes) if axis}
    by_axis = [f"{axis}: {values[i]:.2f} / {values[j]:.2f}" for axis, values in numbers.items()]
    return [f"superiority {behavior.superiority[i]:.3f} / {behavior.superiority[j]:.3f}", *by_axis]


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} ... ({len(text) - SHOWN:,} characters more)"
