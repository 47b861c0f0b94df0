"""The charts of a comparison: bars and distributions with a colour for each dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

BINS = 30
IN_A_ROW = 36
"""The number of characters of all names above which a legend has a line for each."""


def colour(names: Sequence[str]) -> dict[str, Any]:
    """Return the colour of datasets, in their order."""
    columns = 1 if sum(map(len, names)) > IN_A_ROW else 0
    legend = {"orient": "top", "title": None, "columns": columns, "labelLimit": 300, "symbolType": "square"}
    return {"field": "dataset", "type": "nominal", "scale": {"domain": [*names]}, "legend": legend}


def bars(values: Sequence[Mapping[str, Any]], field: str, order: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    """Return a chart of `share` by a field, with a bar for each dataset; a share below 0 is drawn to the left."""
    fields = [name for name in values[0] if name != "share"] if values else []
    return {
        "description": f"Share of the pairs by {field}, in {', '.join(names)}",
        "data": {"values": [*values]},
        "width": "container",
        "height": {"step": max(6, 18 // len(names)), "for": "offset"},
        "mark": {"type": "bar"},
        "encoding": {
            "y": {"field": field, "type": "nominal", "sort": [*order], "title": None, "axis": {"labelLimit": 190}},
            "yOffset": {"field": "dataset", "sort": [*names]},
            "x": {
                "field": "share",
                "type": "quantitative",
                "stack": None,
                "title": "share of the pairs",
                "axis": {"labelExpr": "format(abs(datum.value), '~%')", "tickCount": 6},
            },
            "color": colour(names),
            "tooltip": [{"field": name, "format": ","} if name == "pairs" else {"field": name} for name in fields],
        },
    }


def histogram(title: str, by_dataset: Mapping[str, NDArray[np.float64]], *, cut: bool) -> dict[str, Any] | None:
    """Return the shares of values in common bins, over each other; None if there is no finite value.

    If they are `cut`, values in the outermost 1 % are drawn at the edge.
    """
    finite = {name: values[np.isfinite(values)] for name, values in by_dataset.items()}
    every = np.concatenate([*finite.values()])
    if not len(every):
        return None
    low, high = np.percentile(every, [1, 99]) if cut else (every.min(), every.max())
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    share = {"field": "share", "type": "quantitative", "title": "share of the pairs", "stack": None}
    return {
        "description": f"Distribution of {title} in {', '.join(finite)}",
        "data": {"values": [value for name, numbers in finite.items() for value in _steps(name, numbers, edges)]},
        "width": "container",
        "height": 170,
        "mark": {"type": "area", "interpolate": "step-after", "line": {"strokeWidth": 1.6}, "fillOpacity": 0.12},
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "title": title, "scale": {"zero": False, "nice": False}},
            "y": {**share, "axis": {"format": "~%", "tickCount": 4}},
            "color": colour(list(finite)),
        },
    }


def _steps(name: str, numbers: NDArray[np.float64], edges: NDArray[np.float64]) -> list[dict[str, Any]]:
    """Return the share of numbers from each edge on; the last one closes the last bin."""
    counts, _ = np.histogram(np.clip(numbers, edges[0], edges[-1]), edges)
    shares = [*(counts / max(len(numbers), 1)).tolist()]
    return [
        {"dataset": name, "value": round(edge, 6), "share": round(share, 6)}
        for edge, share in zip(edges.tolist(), [*shares, shares[-1]], strict=True)
    ]
