"""The curves of trainings as Vega-Lite charts: what was logged, step by step, and what was measured on held-out rows."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs

from zebra_core import charts
from zebra_core.training.metrics import DISPLAYED, HELD_OUT, points, resumed_steps, spread

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    Entries = Sequence[dict[str, Any]]

MOST, IN_ALL = 600, 6_000
"""The number of points of a curve and of all in a chart; of longer ones, so many are drawn, evenly spread."""
TRAINED, MEASURED = "training", "held out"
"""What a value was measured on."""
SMOOTHED = 60
"""The number of points above which the mean of neighbours is drawn over them."""


@attrs.frozen
class Curve:
    """A chart of metrics: its title, and the metrics by what to call them, each with the names that it is logged under.

    `form` is how values are written at the axis, `range` what it goes over; `smooth` says whether neighbours may be averaged.
    """

    title: str
    metrics: Mapping[str, Sequence[str]]
    form: str = ""
    range: Sequence[float] | None = None
    smooth: bool = True

    def logged(self, names: Collection[str]) -> dict[str, str]:
        """Return which of the logged names to draw, by what to call them; the first one present counts."""
        present = {
            word: next((name for name in aliases if name in names), "") for word, aliases in self.metrics.items()
        }
        return {word: name for word, name in present.items() if name}


LOSS = Curve("loss", {"loss": ["loss"]})
ACCURACY = Curve("reward accuracy", {"reward accuracy": ["rewards/accuracies", "accuracy"]}, range=(0, 1))
TOKEN_ACCURACY = Curve("token accuracy", {"token accuracy": ["mean_token_accuracy"]}, range=(0, 1))
MARGIN = Curve("reward margin", {"reward margin": ["rewards/margins", "margin"]})
CURVES = (
    LOSS,
    ACCURACY,
    MARGIN,
    Curve("rewards", {"chosen": ["rewards/chosen"], "rejected": ["rewards/rejected"]}),
    Curve("rewards", {"highest": ["max_reward"], "mean": ["mean_reward"], "lowest": ["min_reward"]}),
    Curve("reward of responses", {"reward": ["reward"]}),
    Curve("share of responses cut off", {"cut off": ["completions/clipped_ratio"]}, range=(0, 1)),
    Curve("log-probability of a response", {"chosen": ["logps/chosen"], "rejected": ["logps/rejected"]}),
    TOKEN_ACCURACY,
    Curve("length", {"mean": ["completions/mean_length", "mean_length", "length"]}),
    Curve("learning rate", {"learning rate": ["learning_rate"]}, "~e", smooth=False),
    Curve("gradient norm", {"gradient norm": ["grad_norm"]}),
    Curve("entropy", {"entropy": ["entropy"]}),
    Curve("KL divergence from the reference", {"KL": ["kl"]}),
)
"""The curves of a training, under the names that trainers commonly log; those that are logged are drawn."""


SUMMARY = tuple(
    Curve(word, {word: names}, range=(0, 1) if word == "accuracy" else None) for word, names in DISPLAYED.items()
)
"""The curves that summarise a training."""


def chart_curve(
    curve: Curve, runs: Mapping[str, Entries], groups: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    """Return the chart of a curve for trainings by name; None if none of them logged it.

    Each metric of a training has a colour; with `groups`, each group of trainings has. Points are what
    was measured on held-out rows, dashed lines are where a single training was resumed.
    """
    most = max(20, min(MOST, IN_ALL // max(len(runs), 1)))
    values = [
        {"run": run, **value, **({"series": groups[run]} if groups else {})}
        for run, entries in runs.items()
        for value in _values(curve, entries, most)
    ]
    if not values:
        return None
    series = list(dict.fromkeys(value["series"] for value in values))
    resumed = [{"step": step} for entries in runs.values() for step in resumed_steps(entries)] if len(runs) == 1 else []
    return {
        "description": f"{curve.title} by step: {', '.join(series[:6])}",
        "width": "container",
        "height": 190,
        "title": curve.title,
        "layer": [*_lines(curve, values, series), *_points(curve, values, series), *_resumptions(resumed)],
    }


def _values(curve: Curve, entries: Entries, most: int) -> list[dict[str, Any]]:
    names = {name for entry in entries for name in entry}
    return [
        {"series": word, "rows": rows, "step": step, "value": value}
        for word, name in curve.logged({name.removeprefix(HELD_OUT) for name in names}).items()
        for prefix, rows in (("", TRAINED), (HELD_OUT, MEASURED))
        for step, value in spread(points(entries, prefix + name), most)
    ]


def _lines(curve: Curve, values: list[dict[str, Any]], series: list[str]) -> list[dict[str, Any]]:
    """Return a line for each metric of each training; of many points, a faint one and the mean of neighbours."""
    trained = [value for value in values if value["rows"] == TRAINED]
    if not trained:
        return []
    longest = max(Counter((value["run"], value["series"]) for value in trained).values())
    smoothed = curve.smooth and longest > SMOOTHED
    lines = {
        "data": {"values": trained},
        "mark": {"type": "line", "strokeWidth": 1.6, "opacity": 0.3 if smoothed else 0.9},
        "encoding": {**_encoding(curve, series, "value"), "detail": {"field": "run"}},
    }
    if not smoothed:
        return [lines]
    frame, by = [-(longest // 30), longest // 30], {"groupby": ["run", "series"], "sort": [{"field": "step"}]}
    means = {
        "data": {"values": trained},
        "transform": [{"window": [{"op": "mean", "field": "value", "as": "mean"}], "frame": frame, **by}],
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {**_encoding(curve, series, "mean"), "detail": {"field": "run"}},
    }
    return [lines, means]


def _points(curve: Curve, values: list[dict[str, Any]], series: list[str]) -> list[dict[str, Any]]:
    measured = [value for value in values if value["rows"] == MEASURED]
    mark = {"type": "point", "filled": True, "size": 55, "shape": "diamond", "opacity": 1}
    layer = {"data": {"values": measured}, "mark": mark, "encoding": _encoding(curve, series, "value")}
    return [layer] if measured else []


def _resumptions(resumed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    mark = {"type": "rule", "strokeDash": [4, 3], "tooltip": {"expr": "'resumed after step ' + datum.step"}}
    x = {"field": "step", "type": "quantitative"}
    return [{"data": {"values": resumed}, "mark": mark, "encoding": {"x": x}}] if resumed else []


def _encoding(curve: Curve, series: list[str], field: str) -> dict[str, Any]:
    scale = {"domain": [*curve.range]} if curve.range else {"zero": False}
    colour = (
        {
            "field": "series",
            "type": "nominal",
            "scale": {"domain": series},
            "legend": {"orient": "top", "title": None, "columns": 3 if len(series) > 3 else 0, "symbolOpacity": 1},
        }
        if len(series) > 1
        else {"value": charts.BLUE}
    )
    return {
        "x": {"field": "step", "type": "quantitative", "title": "step", "axis": {"tickMinStep": 1, "tickCount": 6}},
        "y": {
            "field": field,
            "type": "quantitative",
            "title": None,
            "scale": scale,
            "axis": {"format": curve.form} if curve.form else {},
        },
        "color": colour,
        "tooltip": [
            {"field": "run"},
            {"field": "series", "title": "of"},
            {"field": "rows"},
            {"field": "step", "format": ","},
            {"field": "value", "format": ".4~r"},
        ],
    }
