"""The page of a comparison: verdicts, recipes, numbers, and which pairs differ, of two datasets or more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import zebra_core as zebra
from zebra_report.comparison.columns import Columns, read_columns
from zebra_report.comparison.distributions import distributions_section
from zebra_report.comparison.matching import ALONE, OTHER, REVERSED, SAME, Match, match
from zebra_report.comparison.models import model_pairs_section, models_section
from zebra_report.comparison.numbers import numbers_section
from zebra_report.comparison.recipes import recipe_differences
from zebra_report.comparison.texts import differing_panel
from zebra_report.comparison.verdicts import verdicts_of
from zebra_report.page import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_report.page import Panel

RELATIONS = {
    SAME: "the same pair",
    REVERSED: "the same pair, labels reversed",
    OTHER: "another pair of the instruction",
    ALONE: "a pair of an instruction that the other lacks",
}


def comparison_page(datasets: Mapping[str, zebra.Dataset]) -> Page:
    """Return the page of two datasets or more by name, all compared with the first. Raise ZebraError if one cannot be read."""
    columns = [read_columns(name, dataset) for name, dataset in datasets.items()]
    matches = [match(columns[0], other) for other in columns[1:]]
    parts: dict[str, zebra.Section | Panel] = {
        "pairs": pairs_section(columns, matches),
        "recipes": recipes_section(columns),
        "numbers": numbers_section(columns),
        "model-pairs": model_pairs_section(columns),
        "models": models_section(columns),
        "distributions": distributions_section(columns),
    }
    panel = differing_panel(columns, matches)
    if panel is not None:
        parts["differing"] = panel
    title = " and ".join([", ".join(each.name for each in columns[:-1]), columns[-1].name])
    facts = f"{len(columns)} datasets, compared with the first one, {columns[0].name}; ZEBRA {zebra.__version__}"
    return Page(title, facts, parts, verdicts_of(columns, matches))


def pairs_section(datasets: Sequence[Columns], matches: Sequence[Match]) -> zebra.Section:
    """Return how many pairs each dataset shares with the first one, and how the others differ."""
    first = datasets[0]
    rows: list[list[Any]] = [["compared with", "pairs", f"of {first.name}", "of the other"]]
    for columns, each in zip(datasets[1:], matches, strict=True):
        for relation, words in RELATIONS.items():
            counts = [each.count(relation, side) for side in (0, 1)]
            rows.append([columns.name, words, *counts])
    by = {"id": "the same id and text", "prompt": "the same text"}
    ways = sorted({by[each.by] for each in matches})
    text = f"Instructions are the same if they have {' or '.join(ways)}; pairs are the same if both responses are."
    charts = [_shares(first, columns, each) for columns, each in zip(datasets[1:], matches, strict=True)]
    return zebra.Section("Which pairs they share", text, charts, rows)


def _shares(first: Columns, other: Columns, match: Match) -> dict[str, Any]:
    """Return a chart with a bar for each of two datasets, made of its pairs by their relation to the other dataset."""
    values = [
        {"pairs of": columns.name, "relation": words, "order": relation, "pairs": match.count(relation, side)}
        for side, columns in enumerate((first, other))
        for relation, words in RELATIONS.items()
    ]
    colours = [zebra.charts.CYCLE[at] for at in (2, 7, 1, 8)]
    return {
        "description": f"How many pairs of {first.name} and {other.name} are in both, reversed, others, or in one alone",
        "data": {"values": values},
        "width": "container",
        "height": {"step": 28},
        "mark": {"type": "bar", "tooltip": True},
        "encoding": {
            "y": {"field": "pairs of", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 150}},
            "x": {"field": "pairs", "type": "quantitative", "title": "pairs", "axis": {"tickMinStep": 1}},
            "color": {
                "field": "relation",
                "type": "nominal",
                "scale": {"domain": [*RELATIONS.values()], "range": colours},
                "legend": {"orient": "top", "title": None, "columns": 1, "labelLimit": 300},
            },
            "order": {"field": "order"},
        },
    }


def recipes_section(datasets: Sequence[Columns]) -> zebra.Section:
    """Return the settings that differ."""
    differing, same = recipe_differences([columns.dataset.manifest for columns in datasets])
    header = ["", *(columns.name for columns in datasets)]
    text = (
        f"{len(differing)} settings, inputs and versions differ; {same} others are the same."
        if differing
        else f"All {same} settings, inputs and versions are the same."
    )
    return zebra.Section("What was done differently", text, rows=[header, *differing] if differing else ())
