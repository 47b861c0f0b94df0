"""Charts as Vega-Lite specifications: one look in pages, in notebooks and as files, without a drawing library until one is drawn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zebra_core.base import markup
from zebra_core.base.extras import require_extra
from zebra_core.base.vega import draw_charts
from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zebra_core.base.vega import Kind

Chart = Mapping[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
INK = "#1c1e21"
"""The colour of texts and axes, which a page replaces by that of its own text."""
BLUE, ORANGE, GREY = "#3b7dc4", "#d96f2b", "#7d858f"
CYCLE = ("#3b7dc4", "#d96f2b", "#3f9b6b", "#b4508f", "#8d6cc9", "#a88a12", "#2f9099", "#d0495a", "#7d858f", "#9b6a45")
AXIS = {"labelColor": INK, "titleColor": INK, "domainColor": GREY, "tickColor": GREY, "gridColor": GREY}
CONFIG: dict[str, Any] = {
    "background": "transparent",
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {**AXIS, "gridOpacity": 0.25, "labelLimit": 220, "titleFontWeight": "normal"},
    "legend": {"labelColor": INK, "titleColor": INK, "labelLimit": 220, "titleFontWeight": "normal"},
    "title": {"color": INK, "anchor": "start", "fontWeight": "normal"},
    "text": {"color": INK},
    "rule": {"color": GREY},
    "range": {"category": list(CYCLE)},
}
"""The look of every chart."""
SELECTED = {"name": "selected", "value": ""}
"""The parameter of a chart that follows the model selected anywhere in the page; a mark selects the `model` of its datum."""
FAINT = {"condition": {"test": "selected && datum.model !== selected", "value": 0.25}, "value": 1}
"""The opacity of marks in such a chart: those of other models are faint."""
WIDTH = 640
"""The width in pixels, in a file, of a chart that fits its container in a page."""
NUMBERED = 20
"""The number of models up to which a heat map has numbers in its cells."""


def records(rows: Sequence[Sequence[object]]) -> list[dict[str, object]]:
    """Return the rows of a table, whose header is first, as the data of a chart."""
    if not rows:
        return []
    names = [str(name) for name in rows[0]]
    return [dict(zip(names, row, strict=True)) for row in rows[1:]]


def fault(chart: object) -> str:
    """Return what is wrong with a chart; empty if it is a specification with its own data that is valid JSON."""
    if not isinstance(chart, Mapping):
        return f"a chart is a Vega-Lite specification as a dictionary, got {type(chart).__name__}"
    try:
        json.dumps(chart, allow_nan=False)
    except (TypeError, ValueError) as error:
        return f"a chart must be valid JSON: {error}"
    if any(name in ("url", "href") for name in _names(chart)):
        return "a chart must hold its data, and link to nothing: it has a 'url' or 'href'"
    return ""


def _names(value: object) -> Iterator[str]:
    """Yield all names in a specification but those of the data's columns."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from () if name == "values" else _names(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _names(part)


def as_svg(chart: Chart) -> str:
    """Return a chart as SVG. Raise ZebraError if Vega-Lite cannot draw it, and MissingExtraError without the extra `report`."""
    return draw([chart], "svg")[0].decode()


def draw(charts: Sequence[Chart], kind: Kind) -> list[bytes]:
    """Return charts as files of a kind, svg or png.

    Raise ZebraError if Vega-Lite cannot draw one, and MissingExtraError without the extra `report`.
    """
    require_extra("report", "a figure as a file", ["vl_convert"])
    try:
        return draw_charts([{"background": "white", **_to_draw(chart)} for chart in charts], kind) if charts else []
    except ValueError as error:
        msg = f"Vega-Lite cannot draw a chart: {' '.join(str(error).split()[:40])}"
        raise ZebraError(msg) from error


def as_altair(chart: Chart) -> Any:
    """Return a chart as an `altair.Chart`, which a notebook shows. Raise MissingExtraError without the extra `report`."""
    require_extra("report", "a chart in a notebook", ["altair"])
    import altair as alt  # noqa: PLC0415  # an extra

    return alt.Chart.from_dict(_to_draw(chart))


def _to_draw(chart: Chart) -> dict[str, Any]:
    """Return a chart with its look, and a width of its own in place of that of its container."""
    width = {"width": WIDTH} if chart.get("width") == "container" else {}
    return {"$schema": SCHEMA, "config": CONFIG, **printable(chart), **width}


def printable(value: Any) -> Any:
    """Return a chart or a part of it whose texts have no character that hides or reorders others, or is not allowed in SVG."""
    if isinstance(value, Mapping):
        return {name: printable(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [printable(part) for part in value]
    return markup.printable(value) if type(value) is str else value


def heat_map(
    description: str, value: str, models: Sequence[str], others: Sequence[str], matrix: Sequence[Sequence[float]]
) -> dict[str, Any]:
    """Return a heat map of a matrix in [0, 1], or from a little below 0: a row for each model, in the order given, a column for each other."""
    few = max(len(models), len(others)) <= NUMBERED
    values: list[dict[str, Any]] = [
        {"model": model, "other": other, value: round(float(number), 4)}
        for model, row in zip(models, matrix, strict=True)
        for other, number in zip(others, row, strict=True)
    ]
    lowest = min((cell[value] for cell in values), default=0)
    sides = {
        axis: {"field": field, "type": "nominal", "sort": list(names), "title": None}
        for axis, field, names in (("y", "model", models), ("x", "other", others))
    }
    scale = {"scheme": "yellowgreenblue", "domain": [min(0, lowest), 1]}
    colour = {"field": value, "type": "quantitative", "scale": scale}
    light = {"condition": {"test": f"datum.{value} > 0.6", "value": "#ffffff"}, "value": "#222222"}
    text = {"field": value, "type": "quantitative", "format": ".2f"}
    cells = {"mark": {"type": "rect", "tooltip": {"content": "data"}}, "encoding": {"color": colour, "opacity": FAINT}}
    numbers = {"mark": {"type": "text", "fontSize": 10}, "encoding": {"text": text, "color": light}}
    return {
        "description": description,
        "data": {"values": values},
        "params": [SELECTED],
        "width": {"step": 34 if few else 13},
        "height": {"step": 26 if few else 13},
        "encoding": sides,
        "layer": [cells, numbers] if few else [cells],
    }


def short(name: str, most: int = 28) -> str:
    """Return a name on one line that fits beside a figure."""
    name = markup.one_line(name)
    return name if len(name) <= most else f"{name[: most - 3]}..."
