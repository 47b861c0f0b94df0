"""The models: what each can do, and how similar they are (ZEBRA, Figures 4, 6, 10 and 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import zebra_core as zebra
from zebra_report.figures.clusters import CUT, clusters, dendrogram, linkage

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 60
"""The number of models a figure shows; if there are more, those in most pairs."""
SHOWN = 8
"""How many profiles can be told apart in one figure."""
LABELLED = 25
"""The number of models up to which each has its name beside its point."""


def profiles(dataset: zebra.Dataset) -> zebra.Section | None:
    """Ability profiles of the models in most pairs (ZEBRA, Figure 4)."""
    if not dataset.has_behavior:
        return None
    behavior = _shown(dataset, SHOWN)
    names = behavior.benchmarks
    if len(names) < 3:
        return None
    values = [
        {"model": model, "benchmark": name, "score": round(float(behavior.vectors[i, at]), 4)}
        for i, model in enumerate(behavior.models)
        for at, name in enumerate(names)
    ]
    chart = {
        "description": f"Normalised scores of {len(behavior.models)} models on {len(names)} benchmarks, a line for each model",
        "data": {"values": values},
        "params": [zebra.charts.SELECTED],
        "width": "container",
        "height": 260,
        "mark": {"type": "line", "point": True, "tooltip": {"content": "data"}},
        "encoding": {
            "x": {
                "field": "benchmark",
                "type": "nominal",
                "sort": list(names),
                "axis": {"title": None, "labelAngle": -30},
            },
            "y": {"field": "score", "type": "quantitative", "title": "normalised score", "scale": {"domain": [0, 1]}},
            "color": {
                "field": "model",
                "type": "nominal",
                "sort": list(behavior.models),
                "legend": {"title": None, "orient": "top", "columns": 2},
            },
            "opacity": zebra.charts.FAINT,
        },
    }
    text = "Normalised scores, 1 is the best of the table, of the models in most pairs, the best one first."
    return zebra.Section("Ability profiles", text, [chart])


def heat_map(dataset: zebra.Dataset) -> zebra.Section | None:
    """How similarly the models behave (MB-SIM; ZEBRA, Figure 10)."""
    if not dataset.has_behavior:
        return None
    behavior = _shown(dataset, MOST)
    if len(behavior.models) < 2 or not behavior.has_similarity:
        return None
    one, other, value = _closest(behavior)
    text = f"1 is the same behavior, best model first. The two most similar are {one} and {other} ({value:.3f})."
    rows: list[list[Any]] = [
        ["model", *behavior.models],
        *([m, *map(float, row)] for m, row in zip(behavior.models, behavior.similarity, strict=True)),
    ]
    return zebra.Section("How similar the models are", text, [behavior.chart], rows)


def scatter(dataset: zebra.Dataset) -> zebra.Section | None:
    """The models in two dimensions, coloured by cluster (ZEBRA, Figure 6)."""
    if not dataset.has_behavior:
        return None
    behavior = _shown(dataset, MOST)
    if len(behavior.models) < 3 or len(behavior.benchmarks) < 2 or not behavior.has_similarity:
        return None
    places, explained = principal_components(behavior.vectors)
    groups = clusters(behavior.similarity)
    rows: list[list[Any]] = [["model", "component 1", "component 2", "cluster", "superiority"]]
    rows += [
        [model, round(float(x), 4), round(float(y), 4), int(group) + 1, float(superiority)]
        for model, (x, y), group, superiority in zip(behavior.models, places, groups, behavior.superiority, strict=True)
    ]
    x, y = (
        {"field": f"component {n}", "type": "quantitative", "title": f"component {n} ({share:.0%} of the variance)"}
        for n, share in zip((1, 2), explained, strict=True)
    )
    points = {
        "mark": {"type": "point", "filled": True, "size": 70, "tooltip": {"content": "data"}},
        "encoding": {"color": {"field": "cluster", "type": "nominal"}, "opacity": zebra.charts.FAINT},
    }
    names = {
        "mark": {"type": "text", "align": "left", "dx": 7, "fontSize": 10, "limit": 160},
        "encoding": {"text": {"field": "model"}, "opacity": zebra.charts.FAINT},
    }
    chart = {
        "description": "The models in two dimensions: principal components of their ability vectors",
        "data": {"values": zebra.charts.records(rows)},
        "params": [zebra.charts.SELECTED],
        "width": "container",
        "height": 360,
        "encoding": {
            "x": {**x, "axis": {"grid": False}, "scale": {"padding": 40}},
            "y": {**y, "axis": {"grid": False}, "scale": {"padding": 15}},
        },
        "layer": [points, names] if len(behavior.models) <= LABELLED else [points],
    }
    text = f"Principal components of the ability vectors; one colour is one cluster of the tree below ({groups.max() + 1} clusters)."
    return zebra.Section("The models in two dimensions", text, [chart], rows)


def principal_components(vectors: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the first two principal components of (models x benchmarks), (models x 2), and their shares of the variance.

    The largest weight of a component is positive, so that the picture is the same on every machine.
    """
    centred = vectors - vectors.mean(axis=0)
    left, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)])
    shares = sizes**2 / max(float((sizes**2).sum()), np.finfo(float).tiny)
    return (left * sizes * signs)[:, :2], shares[:2]


def tree(dataset: zebra.Dataset) -> zebra.Section | None:
    """Which models behave similarly, on all benchmarks and on each axis (ZEBRA, Figure 11)."""
    if not dataset.has_behavior:
        return None
    behavior = _shown(dataset, MOST)
    if len(behavior.models) < 3 or not behavior.has_similarity:
        return None
    trees = {"all benchmarks": linkage(1 - behavior.similarity), **_axes(behavior)}
    lines, names = [], []
    for view, merges in trees.items():
        strokes, order = dendrogram(merges)
        lines += [{"view": view, **stroke} for stroke in strokes]
        names += [{"view": view, "model": behavior.models[leaf], "y": place} for place, leaf in enumerate(order)]
    shown = {"filter": "datum.view === view"}
    y = {"field": "y", "type": "quantitative", "axis": None, "scale": {"domain": [-0.5, len(behavior.models) - 0.5]}}
    x = {"field": "x", "type": "quantitative", "title": "distance", "scale": {"reverse": True}}
    chart = {
        "description": "Tree of the models: those that join at a small distance behave similarly",
        "data": {"values": lines},
        "params": [zebra.charts.SELECTED, _choice("view", list(trees))],
        "width": "container",
        "height": max(120, 19 * len(behavior.models)),
        "layer": [
            {
                "transform": [shown],
                "mark": {"type": "rule", "strokeWidth": 1.3},
                "encoding": {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}, "color": _cluster_colour()},
            },
            {
                "data": {"values": names},
                "transform": [shown],
                "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 11, "limit": 190},
                "encoding": {"x": {"datum": 0}, "y": y, "text": {"field": "model"}, "opacity": zebra.charts.FAINT},
            },
            {"mark": {"type": "rule", "strokeDash": [2, 3]}, "encoding": {"x": {"datum": CUT}}},
        ],
        "padding": {"right": 190},
    }
    text = (
        f"Models that join right of the dotted line ({CUT}) form one cluster (average linkage). The distance is 1 - similarity over "
        "all benchmarks, and the mean difference of abilities on an axis."
    )
    return zebra.Section("Which models belong together", text, [chart])


def _choice(name: str, options: list[str]) -> dict[str, Any]:
    """Return a parameter that the reader chooses, if there is more than one option."""
    bind = {"bind": {"input": "select", "options": options, "name": "on "}} if len(options) > 1 else {}
    return {"name": name, "value": options[0], **bind}


def _cluster_colour() -> dict[str, Any]:
    return {
        "condition": {"test": "datum.cluster > 0", "field": "cluster", "type": "nominal", "legend": None},
        "value": zebra.charts.GREY,
    }


def _axes(behavior: zebra.Behavior) -> dict[str, NDArray[np.float64]]:
    """Return the linkage on each named axis, if there are several."""
    axes = [axis for axis in dict.fromkeys(behavior.axes) if axis]
    if len(axes) < 2:
        return {}
    columns = {axis: behavior.vectors[:, [a == axis for a in behavior.axes]] for axis in axes}
    return {
        f"{axis} alone": linkage(np.abs(values[:, None] - values[None]).mean(axis=2))
        for axis, values in columns.items()
    }


def _shown(dataset: zebra.Dataset, most: int) -> zebra.Behavior:
    """Return the behavior of the models to show, best first: those in most pairs."""
    used: dict[str, int] = {}
    for model in dataset.manifest.summary.models.values():
        used[model.scores_of] = used.get(model.scores_of, 0) + model.chosen + model.rejected
    behavior = dataset.behavior
    order = sorted(range(len(behavior.models)), key=lambda i: -used.get(behavior.models[i], 0))
    return behavior.take(order[:most]).ranked()


def _closest(behavior: zebra.Behavior) -> tuple[str, str, float]:
    similarity = behavior.similarity.copy()
    np.fill_diagonal(similarity, -np.inf)
    i, j = np.unravel_index(similarity.argmax(), similarity.shape)
    return behavior.models[i], behavior.models[j], float(similarity[i, j])
