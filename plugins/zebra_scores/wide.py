"""Tables with a row per model and a column per benchmark, and what of them is one benchmark."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

import zebra_core as zebra
from zebra_scores.cells import number
from zebra_scores.grid import open_grid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from zebra_scores.grid import Grid

    Row = Mapping[str, Any]

Repeated = Literal["error", "first", "best", "mean"]
NORMAL = 1.959964
"""Half the width of a 95 % interval, in standard errors."""


@attrs.frozen
class Column:
    """A benchmark in a wide table: the column it stands in, what it is multiplied by, and its standard error, from the row."""

    name: str
    scale: float = 1.0
    stderr: Callable[[Row], float] | None = None


def wide(
    grid: Grid, model: str, columns: Mapping[str, Column], *, repeated: Repeated = "error", hint: str = ""
) -> zebra.ScoreTable:
    """Make a score table of a grid; `columns` says where each benchmark stands, `repeated` what a model twice means."""
    percent: dict[str, str] = {}
    rows: list[tuple[str, dict[str, float]]] = []
    errors: dict[tuple[str, str], float] = {}
    for where, row in grid.rows:
        name = str(row.get(model) or "").strip()
        scores = {b: score(where, c.name, row.get(c.name), percent, hint) * c.scale for b, c in columns.items()}
        if name:
            rows.append((name, scores))
            for benchmark, column in columns.items():
                if column.stderr is not None:
                    errors.setdefault((name, benchmark), column.stderr(row) * column.scale)
        elif not all(math.isnan(value) for value in scores.values()):
            msg = f"{where}: scores without a model in column {model!r}; name the model, or remove the line"
            raise zebra.ZebraError(msg)
    kept, notes = once(rows, repeated)
    table = zebra.ScoreTable.from_rows(kept, [zebra.Benchmark(name, source=grid.location) for name in columns], errors)
    return attrs.evolve(table, notes=(*table.notes, *notes))


def once(
    rows: list[tuple[str, dict[str, float]]], repeated: Repeated
) -> tuple[list[tuple[str, dict[str, float]]], list[str]]:
    """Give each model one row, and say how many had several that differ; `error` leaves that to the score table."""
    groups: dict[str, list[dict[str, float]]] = {}
    for name, scores in rows:
        groups.setdefault(name, []).append(scores)
    several = [name for name, held in groups.items() if len({str(scores) for scores in held}) > 1]
    if repeated == "error" or not several:
        return rows, []
    pick = {"first": lambda held: held[0], "best": _best, "mean": _mean}[repeated]
    told = f"{several[0]!r}" + (f" and {len(several) - 1} others stand" if len(several) > 1 else " stands")
    return [(name, pick(held)) for name, held in groups.items()], [
        f"{told} more than once with different scores: the {repeated} is taken"
    ]


def _best(held: list[dict[str, float]]) -> dict[str, float]:
    return max(held, key=lambda scores: sum(value for value in scores.values() if not math.isnan(value)))


def _mean(held: list[dict[str, float]]) -> dict[str, float]:
    found = {}
    for name in held[0]:
        known = [scores[name] for scores in held if not math.isnan(scores[name])]
        found[name] = sum(known) / len(known) if known else math.nan
    return found


def score(where: str, column: str, cell: Any, percent: dict[str, str], hint: str = "") -> float:
    """Read a cell; ZebraError for what is no number, and for percent signs and plain numbers in one column."""
    try:
        value = number(cell)
    except (TypeError, ValueError) as wrong:
        msg = f"{where}: column {column!r} has {cell!r}, which is no number; correct it{hint}"
        raise zebra.ZebraError(msg) from wrong
    if not math.isnan(value):
        sign = "percent signs" if str(cell).strip().endswith("%") else "plain numbers"
        if percent.setdefault(column, sign) != sign:
            msg = f"{where}: column {column!r} mixes percent signs and plain numbers ({cell!r}); write the column in one way"
            raise zebra.ZebraError(msg)
    return value


def chosen(grid: Grid, location: str, names: Iterable[str]) -> None:
    """Raise ZebraError for a column that is not there, with the closest."""
    for name in names:
        if name not in grid.header:
            what = f"column of {location!r}"
            raise zebra.unknown(what, name, [column for column in grid.header if column])


@attrs.frozen(kw_only=True)
class Csv:
    """Any table with a row per model and a column per benchmark: CSV, TSV, Markdown, parquet, or a JSON list of lists.

    Percent signs, a byte-order mark and quoted line breaks are understood; an empty cell or `-` is missing.
    """

    model: str = zebra.option("", "Column of the model's name; the first column if empty.")
    benchmarks: tuple[str, ...] = zebra.option((), "Columns of benchmarks; by default all others.")
    repeated: Repeated = zebra.option("error", "What to do with a model that appears twice with different scores.")

    general: ClassVar = True

    def declines(self, location: str) -> str | None:
        """Tell why the location is no such file, None where it may be."""
        suffix = zebra.storage.place(location).suffix.casefold()
        return None if suffix in (".csv", ".tsv", ".md", ".parquet") else "reads .csv, .tsv, .md and .parquet files"

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the file; ZebraError for what cannot be read, with the line."""
        if location is None:
            msg = "say which file: --scores csv:FILE"
            raise zebra.ZebraError(msg)
        grid = open_grid(location)
        model = self.model or grid.header[0]
        others = [name for name in grid.header if name and name != model]
        names = self.benchmarks or tuple(name for name in others if _has_number(grid, name))
        chosen(grid, location, (model, *names))
        hint = ', or name the benchmarks: --set csv.benchmarks=["...", "..."]'
        table = wide(grid, model, {name: Column(name) for name in names}, repeated=self.repeated, hint=hint)
        words = [] if self.benchmarks else [name for name in others if name not in names]
        told = [f"left out {', '.join(map(repr, words))}: no number in the column"] if words else []
        return attrs.evolve(table, notes=(*told, *table.notes))


def _has_number(grid: Grid, column: str) -> bool:
    """Whether a column has a number in any cell, or what was meant as one, or nothing at all."""
    cells = [str(row.get(column) or "").strip() for _, row in grid.rows]
    return any(
        re.fullmatch(r"[-+]?[\d.,]*\d[\d.,]*(e[-+]?\d+)?\s*%?|[-+]?inf", cell.casefold()) for cell in cells
    ) or not any(cells)
