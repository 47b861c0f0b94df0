"""The curves of a training as a picture: loss, and where there are rewards their accuracy and margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure

from zebra_trl.progress import figures_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def draw(metrics: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the curves of `metrics` (one entry for each step that was logged) to an SVG file."""
    panels = figures_of({name for entry in metrics for name in entry})
    with mpl.rc_context({"svg.hashsalt": "zebra", "font.size": 9}):
        figure = Figure(figsize=(3.4 * len(panels), 2.6), layout="constrained")
        for axes, (title, name) in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels.items(), strict=True):
            points = [(entry["step"], entry[name]) for entry in metrics if entry.get(name) is not None]
            axes.plot(*zip(*points, strict=True), color="#2b6cb0", linewidth=1.4)
            axes.set(title=title, xlabel="step")
            axes.grid(visible=True, alpha=0.3)
            axes.spines[["top", "right"]].set_visible(False)
            if title == "accuracy":
                axes.set_ylim(0, 1.02)
        figure.savefig(path, format="svg", metadata={"Date": None})
