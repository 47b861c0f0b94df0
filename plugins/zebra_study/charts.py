"""The charts of a sweep: means and differences, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import zebra_core as zebra
from zebra_study.significance import interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def difference_chart(values: list[dict[str, Any]]) -> dict[str, Any]:
    """Return a chart of mean differences with their intervals."""
    y = {"field": "system", "type": "nominal", "sort": None, "title": None}
    x = {"field": "low", "type": "quantitative", "title": "mean difference", "scale": {"zero": True}}
    colours = [zebra.charts.BLUE, zebra.charts.GREY]
    colour = {
        "field": "verdict",
        "type": "nominal",
        "scale": {"domain": ["significant", "not significant"], "range": colours},
        "legend": {"orient": "top", "title": None},
    }
    return {
        "description": "Mean differences from the baseline, with their 95% intervals",
        "width": "container",
        "height": {"step": 28},
        "data": {"values": values},
        "encoding": {"y": y, "color": colour},
        "layer": [
            {
                "mark": {"type": "rule", "strokeDash": [3, 3]},
                "encoding": {"x": {"datum": 0}, "y": {}, "color": {}},
                "data": {"values": [{}]},
            },
            {"mark": {"type": "rule", "strokeWidth": 2}, "encoding": {"x": x, "x2": {"field": "high"}}},
            {
                "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1, "tooltip": {"content": "data"}},
                "encoding": {"x": {"field": "mean difference", "type": "quantitative"}},
            },
        ],
    }


def score_chart(benchmark: str, groups: Mapping[str, NDArray[np.float64]]) -> dict[str, Any]:
    """Return a chart of the scores of a benchmark by group: each score, their mean, and its interval as far as it fits."""
    every = np.concatenate([*groups.values()])
    margin = 0.15 * float(every.max() - every.min()) or 0.05
    low, high = float(every.min()) - margin, float(every.max()) + margin
    scores = [{"cells": name, "score": float(score)} for name, values in groups.items() for score in values]
    means = []
    for name, values in groups.items():
        start, end = interval(values)
        ends = {"low": max(start, low), "high": min(end, high)}
        means.append({"cells": name, "seeds": len(values), "mean": float(values.mean()), **ends})
    x = {"type": "quantitative", "title": benchmark, "scale": {"domain": [low, high], "nice": False}}
    blue = {"color": zebra.charts.BLUE}
    dot = {"type": "point", "filled": True, "size": 60, "opacity": 1, "tooltip": {"content": "data"}, **blue}
    return {
        "description": f"Scores on {benchmark} over seeds, their mean and its 95% interval",
        "width": "container",
        "height": {"step": 20},
        "encoding": {
            "y": {"field": "cells", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 170}}
        },
        "layer": [
            {
                "data": {"values": means},
                "mark": {"type": "rule", "strokeWidth": 2, **blue},
                "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}},
            },
            {
                "data": {"values": scores},
                "mark": {"type": "tick", "thickness": 2, "size": 12, "color": zebra.charts.ORANGE},
                "encoding": {"x": {**x, "field": "score"}},
            },
            {"data": {"values": means}, "mark": dot, "encoding": {"x": {**x, "field": "mean"}}},
        ],
    }
