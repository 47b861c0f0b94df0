"""The curves of a training as a file: loss, and the accuracy and margin of rewards if there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import zebra_core as zebra
from zebra_core.training.curves import SUMMARY, chart_curve
from zebra_trl.artifacts.progress import log

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def draw(metrics: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the curves of `metrics` (one entry per logged step) to an SVG file, side by side; a line says if that fails."""
    charts = [{**chart, "width": 240} for curve in SUMMARY if (chart := chart_curve(curve, {"": metrics}))]
    try:
        zebra.storage.write_text(path, zebra.charts.as_svg({"hconcat": charts}))
    except zebra.ZebraError as error:
        log(f"there is no {path.name}: {error}")
