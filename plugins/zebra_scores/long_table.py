"""Tables with a row per model and benchmark, and tables whose columns are models."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import attrs

import zebra_core as zebra
from zebra_scores.grid import header_of, lacks_column, open_grid, required_location
from zebra_scores.wide import Repeated, merge_repeated, read_score

if TYPE_CHECKING:
    from zebra_scores.grid import Grid

COLUMNS = {
    "model": ("model", "model_name"),
    "benchmark": ("benchmark", "scenario", "task", "dataset"),
    "score": ("score", "value"),
}
"""The column names that each option is recognised by."""
AGGREGATES = {"helm_lite_mwr", "helm_classic_mwr", "livebench_average"}
"""Rows that are means of other rows of the same table, as BenchBench has them."""

Cell = tuple[str, str, float]
"""Model, benchmark, score."""


@attrs.frozen(kw_only=True)
class Long:
    """A row per model and benchmark: model, benchmark (or scenario, task, dataset), score (or value)[, stderr]."""

    model: str = zebra.option("", "Column of the model; recognised by its name if empty.")
    benchmark: str = zebra.option("", "Column of the benchmark; recognised by its name if empty.")
    score: str = zebra.option("", "Column of the score; recognised by its name if empty.")
    stderr: str = zebra.option("", "Column of the standard error; recognised by its name if empty.")
    repeated: Repeated = zebra.option("error", "What to do with a model that has two scores on a benchmark.")

    def declines(self, location: str) -> str | None:
        """Return which column the table lacks, None if it is of this layout."""
        header = header_of(location)
        for option, names in COLUMNS.items():
            if not {getattr(self, option) or name for name in names} & {*header}:
                return f"has no column {' or '.join(map(repr, names))}"
        return None

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the table."""
        grid = open_grid(required_location(location, "long:FILE"))
        model, benchmark, score = (self._column(grid, option) for option in COLUMNS)
        grid.require_columns(model, benchmark, score, *([self.stderr] if self.stderr else []))
        cells: list[Cell] = []
        errors: dict[tuple[str, str], float] = {}
        signs: dict[str, dict[str, str]] = {}
        for place, row in grid.rows:
            names = str(row.get(model) or "").strip(), str(row.get(benchmark) or "").strip()
            value = read_score(place, score, row.get(score), signs.setdefault(names[1], {}))
            if names[0] and names[1] not in AGGREGATES:
                cells.append((*names, value))
                if self.stderr:
                    errors[names] = read_score(place, self.stderr, row.get(self.stderr), {})
        return _table(cells, errors, grid.location, self.repeated)

    def _column(self, grid: Grid, option: str) -> str:
        candidates = COLUMNS[option]
        return getattr(self, option) or next((name for name in candidates if name in grid.header), candidates[0])


def _table(
    cells: list[Cell], errors: dict[tuple[str, str], float], location: str, repeated: Repeated
) -> zebra.ScoreTable:
    """Return the table with one row per model. Raise ZebraError if a model has two scores on a benchmark and may not."""
    rows: dict[str, dict[str, float]] = {model: {} for model, _, _ in cells}
    by_benchmark: dict[str, list[tuple[str, dict[str, float]]]] = {}
    for model, benchmark, value in _by_model(cells):
        by_benchmark.setdefault(benchmark, []).append((model, {benchmark: value}))
    notes = []
    for benchmark, scores in by_benchmark.items():
        merged, note = merge_repeated(scores, repeated)
        notes += note
        for model, score in merged:
            first = rows[model].setdefault(benchmark, score[benchmark])
            if first != score[benchmark] and not (math.isnan(first) and math.isnan(score[benchmark])):
                msg = (
                    f"{location}: the model {model!r} has two scores on {benchmark!r}: {first:g} and {score[benchmark]:g}; "
                    "keep one, or add --set long.repeated=first"
                )
                raise zebra.ZebraError(msg)
    names = dict.fromkeys(name for row in rows.values() for name in row)
    benchmarks = [zebra.Benchmark(name, source=location) for name in names]
    table = zebra.ScoreTable.from_rows(rows.items(), benchmarks, errors)
    return attrs.evolve(table, notes=(*table.notes, *notes))


def _by_model(cells: list[Cell]) -> list[Cell]:
    """Return the cells grouped by model; models and the cells of each keep their order."""
    order = {model: number for number, model in enumerate(dict.fromkeys(model for model, _, _ in cells))}
    return sorted(cells, key=lambda cell: order[cell[0]])


@attrs.frozen(kw_only=True)
class OpenCompass:
    """OpenCompass's summary as CSV: a row per dataset (dataset, version, metric, mode), a column per model; `-` is missing.

    The first metric of a dataset is its score.
    """

    fixed: ClassVar[tuple[str, ...]] = ("dataset", "version", "metric", "mode")

    def declines(self, location: str) -> str | None:
        """Return which column the table lacks, None if it is of this layout."""
        return lacks_column(location, *self.fixed)

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the table, in which columns are models."""
        location = required_location(location, "opencompass:FILE")
        grid = open_grid(location)
        if missing := [name for name in self.fixed if name not in grid.header]:
            msg = (
                f"{location} is not a summary of OpenCompass: it has no column {missing[0]!r}; leave out `opencompass:`"
            )
            raise zebra.ZebraError(msg)
        models = [name for name in grid.header if name and name not in self.fixed]
        rows: dict[str, dict[str, float]] = {model: {} for model in models}
        for place, row in grid.rows:
            name = str(row["dataset"]).strip()
            if name.startswith("---"):  # a heading of the summary
                continue
            for model in models:
                rows[model].setdefault(name, read_score(place, model, row.get(model), {}))
        names = dict.fromkeys(name for row in rows.values() for name in row)
        return zebra.ScoreTable.from_rows(rows.items(), [zebra.Benchmark(n, source=grid.location) for n in names])
