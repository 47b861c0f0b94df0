"""The curves of a training as SVG: loss, and the accuracy and margin of rewards if there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra
from zebra_trl.artifacts.progress import displayed_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def draw(metrics: Sequence[Mapping[str, object]], path: Path) -> None:
    """Draw the curves of `metrics` (one entry per logged step) to an SVG file."""
    panels = displayed_metrics({name for entry in metrics for name in entry})
    with zebra.drawing.canvas(3.4 * len(panels), 2.6, (1, len(panels))) as drawing:
        for axes, (title, name) in zip(drawing.axes, panels.items(), strict=True):
            points = [(entry["step"], entry[name]) for entry in metrics if entry.get(name) is not None]
            axes.plot(*zip(*points, strict=True), color=zebra.drawing.BLUE, linewidth=1.4)
            axes.set(title=title, xlabel="step")
            axes.grid(visible=True, alpha=0.3)
            if title == "accuracy":
                axes.set_ylim(0, 1.02)
    zebra.storage.write_text(path, drawing.svg)
