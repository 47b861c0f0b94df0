"""Tables with a row per model and a column per benchmark."""

from __future__ import annotations

import math
import re
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

import zebra_core as zebra
from zebra_scores.cells import number
from zebra_scores.grid import open_grid, required_location

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from zebra_scores.grid import Grid

    Row = Mapping[str, Any]

Repeated = Literal["error", "first", "best", "mean"]
NORMAL = 1.959964
"""Half the width of a 95 % interval, in standard errors."""


@attrs.frozen
class Column:
    """A benchmark in a wide table: its column, the factor its cells are multiplied by, and its standard error from a row."""

    name: str
    scale: float = 1.0
    stderr: Callable[[Row], float] | None = None


def read_wide(
    grid: Grid, model: str, columns: Mapping[str, Column], *, repeated: Repeated = "error", hint: str = ""
) -> zebra.ScoreTable:
    """Return the score table in a grid.

    `model` is the column of the models, `columns` holds the column of each benchmark, `repeated` says what to do with a
    model that appears twice, and `hint` ends the message about a cell that is not a number.
    """
    signs: dict[str, str] = {}
    rows: list[tuple[str, dict[str, float]]] = []
    errors: dict[tuple[str, str], float] = {}
    for place, row in grid.rows:
        name = str(row.get(model) or "").strip()
        scores = {b: read_score(place, c.name, row.get(c.name), signs, hint) * c.scale for b, c in columns.items()}
        if name:
            rows.append((name, scores))
            for benchmark, column in columns.items():
                if column.stderr is not None:
                    errors.setdefault((name, benchmark), column.stderr(row) * column.scale)
        elif not all(map(math.isnan, scores.values())):
            msg = f"{place}: scores without a model in column {model!r}; name the model, or remove the line"
            raise zebra.ZebraError(msg)
    rows, notes = merge_repeated(rows, repeated)
    table = zebra.ScoreTable.from_rows(rows, [zebra.Benchmark(name, source=grid.location) for name in columns], errors)
    return attrs.evolve(table, notes=(*table.notes, *notes))


def merge_repeated(
    rows: list[tuple[str, dict[str, float]]], repeated: Repeated
) -> tuple[list[tuple[str, dict[str, float]]], list[str]]:
    """Return one row per model, and a note on models with several that differ; `error` leaves that to the score table."""
    groups: dict[str, list[dict[str, float]]] = {}
    for name, scores in rows:
        groups.setdefault(name, []).append(scores)
    ambiguous = [name for name, group in groups.items() if len({str(scores) for scores in group}) > 1]
    if repeated == "error" or not ambiguous:
        return rows, []
    merge = {"first": lambda group: group[0], "best": _best, "mean": _mean}[repeated]
    others = f" and {len(ambiguous) - 1} others appear" if len(ambiguous) > 1 else " appears"
    note = f"{ambiguous[0]!r}{others} more than once with different scores: the {repeated} is taken"
    return [(name, merge(group)) for name, group in groups.items()], [note]


def _best(group: list[dict[str, float]]) -> dict[str, float]:
    return max(group, key=lambda scores: sum(value for value in scores.values() if not math.isnan(value)))


def _mean(group: list[dict[str, float]]) -> dict[str, float]:
    means = {}
    for name in group[0]:
        values = [scores[name] for scores in group if not math.isnan(scores[name])]
        means[name] = sum(values) / len(values) if values else math.nan
    return means


def read_score(place: str, column: str, cell: object, signs: dict[str, str], hint: str = "") -> float:
    """Return the number in a cell, NaN if it is missing.

    Raise ZebraError if it is not a number, or if the column has both percent signs and plain numbers; `signs` remembers
    which of the two each column has.
    """
    try:
        value = number(cell)
    except (TypeError, ValueError) as error:
        msg = f"{place}: column {column!r} has {cell!r}, which is not a number; correct it{hint}"
        raise zebra.ZebraError(msg) from error
    if not math.isnan(value):
        sign = "percent signs" if str(cell).strip().endswith("%") else "plain numbers"
        if signs.setdefault(column, sign) != sign:
            msg = f"{place}: column {column!r} mixes percent signs and plain numbers ({cell!r}); write the column in one way"
            raise zebra.ZebraError(msg)
    return value


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
        """Return why the location is not such a file, None if it may be."""
        suffix = zebra.storage.suffix_of(zebra.storage.place(location))
        return None if suffix in (".csv", ".tsv", ".md", ".parquet") else "reads .csv, .tsv, .md and .parquet files"

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the file. Raise ZebraError, with the line, if a cell cannot be read."""
        grid = open_grid(required_location(location, "csv:FILE"))
        model = self.model or grid.header[0]
        others = [name for name in grid.header if name and name != model]
        names = self.benchmarks or tuple(filter(partial(_may_be_benchmark, grid), others))
        grid.require_columns(model, *names)
        hint = ', or name the benchmarks: --set csv.benchmarks=["...", "..."]'
        table = read_wide(grid, model, {name: Column(name) for name in names}, repeated=self.repeated, hint=hint)
        texts = [] if self.benchmarks else [repr(name) for name in others if name not in names]
        notes = [f"left out {', '.join(texts)}: no number in the column"] if texts else []
        return attrs.evolve(table, notes=(*notes, *table.notes))


def _may_be_benchmark(grid: Grid, column: str) -> bool:
    """Return whether any cell of a column is, or was meant as, a number, or whether all are empty."""
    cells = [str(row.get(column) or "").strip() for _, row in grid.rows]
    pattern = r"[-+]?[\d.,]*\d[\d.,]*(e[-+]?\d+)?\s*%?|[-+]?inf"
    return any(re.fullmatch(pattern, cell.casefold()) for cell in cells) or not any(cells)
