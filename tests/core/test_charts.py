"""Charts as files."""

from __future__ import annotations

import pytest

import zebra_core as zebra

BARS = {
    "description": "Bars",
    "data": {"values": [{"name": "a\x1bb", "size": 2}]},
    "width": "container",
    "mark": "bar",
    "encoding": {"y": {"field": "name", "type": "nominal"}, "x": {"field": "size", "type": "quantitative"}},
}


def test_files() -> None:
    """A chart is drawn as SVG and as PNG, on white, a character that SVG does not allow as its escape."""
    pytest.importorskip("vl_convert")
    text = zebra.charts.as_svg(BARS)
    assert text.startswith("<svg")
    assert 'fill="white"' in text
    assert "a\\x1bb" in text
    (png,) = zebra.charts.draw([BARS], "png")
    assert png.startswith(b"\x89PNG")
    assert zebra.charts.draw([], "svg") == []


def test_what_cannot_be_drawn() -> None:
    """A chart that Vega-Lite refuses is an error with its reason, and one that ends the library's process does not end ours."""
    pytest.importorskip("vl_convert")
    with pytest.raises(zebra.ZebraError, match="cannot draw a chart: Vega-Lite to SVG conversion failed"):
        zebra.charts.as_svg({"description": "no mark", "encoding": {}})
    killed = {**BARS, "transform": [{"calculate": "'a \\f b'", "as": "name"}]}
    with pytest.raises(zebra.ZebraError, match="the library ended with exit code -"):
        zebra.charts.as_svg(killed)


@pytest.mark.parametrize(
    ("chart", "reason"),
    [
        ([], "as a dictionary, got list"),
        ({"height": float("inf")}, "must be valid JSON"),
        ({"layer": [{"data": {"url": "x.csv"}}]}, "link to nothing"),
        ({"encoding": {"href": {"field": "link"}}}, "link to nothing"),
        ({"data": {"values": [{"url": "a value may have any name"}]}}, ""),
    ],
)
def test_faults(chart: object, reason: str) -> None:
    """A chart is a dictionary of valid JSON that holds its data; what its values are called does not matter."""
    fault = zebra.charts.fault(chart)
    assert reason in fault
    assert bool(fault) == bool(reason)


def test_names_fit_beside_a_figure() -> None:
    """A name is cut to a width, on one line."""
    assert zebra.charts.short("a\nb") == "a b"
    assert zebra.charts.short("x" * 40) == "x" * 25 + "..."
