"""HELM's leaderboards."""

from __future__ import annotations

from typing import Any

import attrs

import zebra_core as zebra
from zebra_scores.grid import parsed
from zebra_scores.runs import as_its_format, numeric

AVERAGES = ("mean win rate", "mean score")


@attrs.frozen(kw_only=True)
class Helm:
    """A table of a HELM leaderboard as JSON (header, rows), with each column's direction; means are left out."""

    def declines(self, location: str) -> str | None:
        """Tell why the file is no such table, None where it is."""
        path = zebra.storage.place(location)
        if path.suffix.casefold() != ".json" or not path.is_file():
            return "reads .json files"
        try:
            held = parsed(path, location)
        except zebra.ZebraError as wrong:
            return str(wrong)
        return None if _is_table(held) else "has no `header` and `rows`"

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the table."""
        held = parsed(zebra.storage.place(location or ""), location or "")
        if not _is_table(held):
            msg = f"{location} is no HELM table: it has no `header` and `rows`"
            raise zebra.ZebraError(msg)
        with as_its_format(location or ""):
            return _read(held, location or "")


def _read(held: dict[str, Any], location: str) -> zebra.ScoreTable:
    names = [str(column.get("value", "")).partition(" - ")[0].strip() for column in held["header"]]
    benchmarks = {
        at: zebra.Benchmark(name, measured=_direction(column), source=location)
        for at, (name, column) in enumerate(zip(names, held["header"], strict=True))
        if at and name.casefold() not in AVERAGES
    }
    rows = [
        (str(row[0].get("value")), {b.name: numeric(row[at].get("value")) for at, b in benchmarks.items()})
        for row in held["rows"]
    ]
    return zebra.ScoreTable.from_rows(rows, benchmarks.values())


def _is_table(held: Any) -> bool:
    return isinstance(held, dict) and isinstance(held.get("header"), list) and isinstance(held.get("rows"), list)


def _direction(column: dict[str, Any]) -> zebra.Direction | None:
    lower = column.get("lower_is_better")
    return None if lower is None else "lower" if lower else "higher"
