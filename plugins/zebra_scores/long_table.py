"""Tables with a row per model and benchmark, and tables whose columns are models."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar

import attrs

import zebra_core as zebra
from zebra_scores.grid import header_of, open_grid
from zebra_scores.wide import Repeated, chosen, once, score

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zebra_scores.grid import Grid

MODEL, BENCHMARK, SCORE = ("model", "model_name"), ("benchmark", "scenario", "task", "dataset"), ("score", "value")
AGGREGATES = {"helm_lite_mwr", "helm_classic_mwr", "livebench_average"}
"""Means of other rows of the same table, as BenchBench has them."""


@attrs.frozen(kw_only=True)
class Long:
    """A row per model and benchmark: model, benchmark (or scenario, task, dataset), score (or value)[, stderr]."""

    model: str = zebra.option("", "Column of the model; recognised by its name if empty.")
    benchmark: str = zebra.option("", "Column of the benchmark; recognised by its name if empty.")
    score: str = zebra.option("", "Column of the score; recognised by its name if empty.")
    stderr: str = zebra.option("", "Column of the standard error; recognised by its name if empty.")
    repeated: Repeated = zebra.option("error", "What to do with a model that has two scores on a benchmark.")

    def declines(self, location: str) -> str | None:
        """Tell which column is not there, None where the table is of this layout."""
        header = header_of(location)
        columns = {"model": MODEL, "benchmark": BENCHMARK, "score": SCORE}
        for option, names in columns.items():
            if not {getattr(self, option) or name for name in names} & {*header}:
                return f"has no column {' or '.join(map(repr, names))}"
        return None

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the table."""
        if location is None:
            msg = "say which file: --scores long:FILE"
            raise zebra.ZebraError(msg)
        grid = open_grid(location)
        names = [
            self._column(grid, getattr(self, o), known)
            for o, known in zip(("model", "benchmark", "score"), (MODEL, BENCHMARK, SCORE), strict=True)
        ]
        chosen(grid, location, [*names, *([self.stderr] if self.stderr else [])])
        model, benchmark, value = names
        cells: dict[str, list[dict[str, float]]] = {}
        errors: dict[tuple[str, str], float] = {}
        percent: dict[str, dict[str, str]] = {}
        for where, row in grid.rows:
            name, column = str(row[model] or "").strip(), str(row[benchmark] or "").strip()
            found = score(where, value, row.get(value), percent.setdefault(column, {}))
            if name and column not in AGGREGATES:
                cells.setdefault(name, []).append({column: found})
                if self.stderr:
                    errors[name, column] = score(where, self.stderr, row.get(self.stderr), {})
        return _table(cells, errors, location, self.repeated)

    @staticmethod
    def _column(grid: Grid, said: str, known: Iterable[str]) -> str:
        return said or next((name for name in known if name in grid.header), next(iter(known)))


def _table(
    cells: dict[str, list[dict[str, float]]], errors: dict[tuple[str, str], float], location: str, repeated: Repeated
) -> zebra.ScoreTable:
    """Bring each benchmark's rows together, once per model."""
    rows: dict[str, dict[str, float]] = {model: {} for model in cells}
    notes = []
    for benchmark in dict.fromkeys(b for held in cells.values() for each in held for b in each):
        found = [(model, each) for model, held in cells.items() for each in held if benchmark in each]
        kept, told = once(found, repeated)
        notes += told
        for model, each in kept:
            known = rows[model].setdefault(benchmark, each[benchmark])
            if known != each[benchmark] and not (math.isnan(known) and math.isnan(each[benchmark])):
                msg = f"{location}: the model {model!r} stands twice on {benchmark!r}: {known:g} and {each[benchmark]:g}; keep one, or say --set long.repeated=first"
                raise zebra.ZebraError(msg)
    benchmarks = [
        zebra.Benchmark(name, source=location) for name in dict.fromkeys(b for row in rows.values() for b in row)
    ]
    table = zebra.ScoreTable.from_rows(rows.items(), benchmarks, errors)
    return attrs.evolve(table, notes=(*table.notes, *notes))


@attrs.frozen(kw_only=True)
class OpenCompass:
    """OpenCompass's summary as CSV: a row per dataset (dataset, version, metric, mode), a column per model; `-` is missing.

    A dataset with several metrics is taken with the first.
    """

    fixed: ClassVar[tuple[str, ...]] = ("dataset", "version", "metric", "mode")

    def declines(self, location: str) -> str | None:
        """Tell which column is not there, None where the table is of this layout."""
        missing = [name for name in self.fixed if name not in header_of(location)]
        return f"has no column {missing[0]!r}" if missing else None

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the table, turned on its side."""
        grid = open_grid(location or "")
        models = [name for name in grid.header if name and name not in self.fixed]
        rows: dict[str, dict[str, float]] = {model: {} for model in models}
        for where, row in grid.rows:
            name = str(row["dataset"]).strip()
            if name.startswith("---"):  # a heading of the summary
                continue
            for model in models:
                rows[model].setdefault(name, score(where, model, row.get(model), {}))
        names = dict.fromkeys(name for row in rows.values() for name in row)
        return zebra.ScoreTable.from_rows(rows.items(), [zebra.Benchmark(n, source=location or "") for n in names])
