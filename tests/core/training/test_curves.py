"""The curves of trainings."""

from __future__ import annotations

from typing import Any

from zebra_core import charts
from zebra_core.training.curves import ACCURACY, CURVES, LOSS, MOST, SMOOTHED, Curve, chart_curve

ENTRIES = [
    {"step": 1, "loss": 0.7, "accuracy": 0.5},
    {"step": 2, "loss": 0.6, "accuracy": 0.6},
    {"step": 2, "eval_loss": 0.65},
    {"step": 3, "loss": 0.5, "accuracy": 0.9},
]


def layers(curve: Curve, runs: dict[str, list[dict[str, Any]]], **groups: str) -> dict[str, list[dict[str, Any]]]:
    """Return the values of each kind of mark."""
    chart = chart_curve(curve, runs, groups or None)
    assert chart is not None
    assert charts.fault(chart) == ""
    return {layer["mark"]["type"]: layer["data"]["values"] for layer in chart["layer"]}


def test_lines_and_points() -> None:
    """What was measured on rows trained on is a line, on held-out rows a point, and a resumption a dashed line."""
    marks = layers(LOSS, {"": [*ENTRIES, {"step": 2, "resumed": 1.0}]})
    assert [(value["step"], value["value"]) for value in marks["line"]] == [(1, 0.7), (2, 0.6), (3, 0.5)]
    assert [(value["step"], value["value"]) for value in marks["point"]] == [(2, 0.65)]
    assert marks["rule"] == [{"step": 2}]


def test_other_names() -> None:
    """The accuracy of a reward model has another name than that of DPO; a curve that nobody logged is not drawn."""
    assert len(layers(ACCURACY, {"": ENTRIES})["line"]) == 3
    assert chart_curve(CURVES[3], {"": ENTRIES}) is None


def test_several_trainings() -> None:
    """Trainings are coloured by their group, and each has a line of its own."""
    runs = {"a0": ENTRIES, "a1": ENTRIES, "b0": ENTRIES[:2]}
    lines = layers(LOSS, runs, a0="a", a1="a", b0="b")["line"]
    assert len(lines) == 3 + 3 + 2
    assert {value["series"] for value in lines} == {"a", "b"}
    assert {value["run"] for value in lines} == {*runs}


def test_long_trainings() -> None:
    """Of ten thousand entries so many are drawn that the page stays small, with the mean of neighbours over them."""
    entries = [{"step": step, "loss": 1 / step} for step in range(1, 10_001)]
    chart = chart_curve(LOSS, {"": entries})
    assert chart is not None
    raw, means = chart["layer"]
    assert SMOOTHED < len(raw["data"]["values"]) <= MOST
    assert raw["data"]["values"][-1]["step"] == 10_000
    assert means["transform"][0]["groupby"] == ["run", "series"]
