"""HELM's leaderboards."""

from __future__ import annotations

from typing import Any, TypeGuard

import attrs

import zebra_core as zebra
from zebra_scores.cells import numeric
from zebra_scores.grid import parse_json, required_location
from zebra_scores.runs import check_format

AVERAGES = ("mean win rate", "mean score")


@attrs.frozen(kw_only=True)
class Helm:
    """A table of a HELM leaderboard as JSON (header, rows), with each column's direction; means are left out."""

    def declines(self, location: str) -> str | None:
        """Return why the file is not such a table, None if it is."""
        path = zebra.storage.place(location)
        if zebra.storage.suffix_of(path) != ".json" or not path.is_file():
            return "reads .json files"
        try:
            content = parse_json(path, location)
        except zebra.ZebraError as error:
            return str(error)
        return None if _is_table(content) else "has no `header` and `rows`"

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the table."""
        location = required_location(location, "helm:FILE")
        content = parse_json(zebra.storage.place(location), location)
        if not _is_table(content):
            msg = f"{location} is not a HELM table: it has no `header` and `rows`"
            raise zebra.ZebraError(msg)
        with check_format(location):
            return _table(content, location)


def _table(content: dict[str, Any], location: str) -> zebra.ScoreTable:
    names = [str(column.get("value", "")).partition(" - ")[0].strip() for column in content["header"]]
    benchmarks = {
        at: zebra.Benchmark(name, measured=direction(column), source=location)
        for at, (name, column) in enumerate(zip(names, content["header"], strict=True))
        if at and name.casefold() not in AVERAGES
    }
    rows = [
        (str(row[0].get("value")), {b.name: numeric(row[at].get("value")) for at, b in benchmarks.items()})
        for row in content["rows"]
    ]
    return zebra.ScoreTable.from_rows(rows, benchmarks.values())


def _is_table(content: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(content, dict) and all(isinstance(content.get(name), list) for name in ("header", "rows"))


def direction(column: dict[str, Any]) -> zebra.Direction | None:
    """Return the direction of a benchmark from its `lower_is_better`, None if that is missing."""
    lower = column.get("lower_is_better")
    return None if lower is None else "lower" if lower else "higher"
