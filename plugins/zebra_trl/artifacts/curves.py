"""The curves of a training as charts: loss, and the accuracy and margin of rewards if there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import zebra_core as zebra
from zebra_trl.artifacts.progress import displayed_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def draw(metrics: Sequence[Mapping[str, object]], path: Path) -> None:
    """Draw the curves of `metrics` (one entry per logged step) to an SVG file, side by side."""
    panels = displayed_metrics({name for entry in metrics for name in entry})
    charts = [{**curve(metrics, title, name), "width": 240} for title, name in panels.items()]
    zebra.storage.write_text(path, zebra.charts.as_svg({"hconcat": charts}))


def curve(metrics: Sequence[Mapping[str, object]], title: str, name: str) -> dict[str, Any]:
    """Return the chart of one of the metrics over the steps."""
    points = [{"step": entry["step"], title: entry[name]} for entry in metrics if entry.get(name) is not None]
    scale = {"domain": [0, 1]} if title == "accuracy" else {"zero": False}
    return {
        "description": f"{title} over the steps of the training",
        "data": {"values": points},
        "title": title,
        "height": 180,
        "mark": {"type": "line", "tooltip": {"content": "data"}},
        "encoding": {
            "x": {"field": "step", "type": "quantitative"},
            "y": {"field": title, "type": "quantitative", "title": None, "scale": scale},
        },
    }
