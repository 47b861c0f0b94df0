"""The score table: how well each model did on each benchmark, and what each benchmark means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import attrs
import numpy as np

from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

Direction = Literal["higher", "lower"] | float
Missing = Literal["error", "drop-model", "drop-benchmark", "mean"]


class ScoreSource(Protocol):
    """A component that reads scores.

    `location` is what the user wrote after `--scores` (a file, a folder, a URL), or None for an embedded table. A
    source may return the path of a file instead, which is then read as if the user had named it.
    """

    def __call__(self, location: str | None) -> ScoreTable | Path:
        """Read the scores; ZebraError where the location cannot be read as such a table."""


@attrs.frozen
class Benchmark:
    """A column of the table. `direction` is `higher`, `lower`, or the target value that is best."""

    name: str
    axis: str = ""
    direction: Direction = attrs.field(default="higher")
    bounds: tuple[float, float] | None = None
    weight: float = attrs.field(default=1.0, validator=[attrs.validators.ge(0), attrs.validators.lt(float("inf"))])
    source: str = ""

    @direction.validator
    def _check_direction(self, _: object, direction: object) -> None:
        number = isinstance(direction, (int, float)) and not isinstance(direction, bool) and np.isfinite(direction)
        if direction not in ("higher", "lower") and not number:
            msg = f"direction must be 'higher', 'lower' or the number that is best, got {direction!r}"
            raise ValueError(msg)


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _benchmarks(benchmarks: Iterable[Benchmark]) -> tuple[Benchmark, ...]:
    return tuple(benchmarks)


@attrs.frozen(eq=False)
class ScoreTable:
    """Scores of models on benchmarks.

    `values` is (models x benchmarks), in the benchmark's own unit, NaN where missing; `stderr` is of the same shape,
    NaN where unknown. `notes` says what was done to the table on the way (rows dropped, cells filled).
    """

    models: tuple[str, ...] = attrs.field(converter=_names)
    benchmarks: tuple[Benchmark, ...] = attrs.field(converter=_benchmarks)
    values: NDArray[np.float64]
    stderr: NDArray[np.float64] = attrs.field()
    notes: tuple[str, ...] = ()

    @stderr.default
    def _unknown(self) -> NDArray[np.float64]:
        return np.full(np.shape(self.values), np.nan)

    def __attrs_post_init__(self) -> None:
        """Check the shapes and that no model and no benchmark stands twice; raise ZebraError."""
        shape = (len(self.models), len(self.benchmarks))
        if np.shape(self.values) != shape or np.shape(self.stderr) != shape:
            msg = f"scores must be of shape {shape}, one row per model and one column per benchmark, got {np.shape(self.values)}"
            raise ZebraError(msg)
        if np.isinf(self.values).any():
            msg = f"scores must be finite, got {_named(self, np.isinf(self.values))}"
            raise ZebraError(msg)
        for what, names in (("model", self.models), ("benchmark", [b.name for b in self.benchmarks])):
            twice = (
                sorted({name for name in names if list(names).count(name) > 1}) if len(set(names)) < len(names) else []
            )
            if twice:
                msg = f"the {what} {twice[0]!r} stands twice in the scores; keep one of the two"
                raise ZebraError(msg)

    @classmethod
    def from_rows(cls, rows: Iterable[tuple[str, Mapping[str, float]]], benchmarks: Iterable[Benchmark]) -> ScoreTable:
        """Make a table from (model, scores by benchmark) pairs.

        A model without any score and a benchmark that no model has are left out and noted. A model that stands twice
        with the same scores is one model; with different ones it is a ZebraError that shows both.
        """
        columns = list(benchmarks)
        merged: dict[str, tuple[float, ...]] = {}
        for model, scores in rows:
            row = tuple(scores.get(b.name, np.nan) for b in columns)
            known = np.array(merged.setdefault(model, row))
            clash = np.flatnonzero((known != row) & ~(np.isnan(known) & np.isnan(row)))
            if clash.size:
                at = clash[0]
                msg = (
                    f"the model {model!r} stands twice with different scores: {columns[at].name!r} is {known[at]:g} and "
                    f"{row[at]:g}; keep one of the two rows"
                )
                raise ZebraError(msg)
        values = np.array(list(merged.values()), dtype=np.float64).reshape(len(merged), len(columns))
        return cls(tuple(merged), tuple(columns), values).without_empty()

    def without_empty(self) -> ScoreTable:
        """Return the table without the models that have no score and the benchmarks that no model has, noted."""
        known = ~np.isnan(self.values)
        rows, columns = np.asarray(known.any(axis=1)), np.asarray(known.any(axis=0))
        notes = []
        if not rows.all():
            notes.append(f"left out {_listed(self.models, ~rows)}: no scores at all")
        if not columns.all():
            notes.append(
                f"left out the benchmark {_listed([b.name for b in self.benchmarks], ~columns)}: no model has it"
            )
        return self.keep(rows, columns, *notes)

    def keep(self, rows: NDArray[np.bool_], columns: NDArray[np.bool_], *notes: str) -> ScoreTable:
        """Return the table of the marked models (rows) and benchmarks (columns), with notes added."""
        return ScoreTable(
            tuple(m for m, kept in zip(self.models, rows, strict=True) if kept),
            tuple(b for b, kept in zip(self.benchmarks, columns, strict=True) if kept),
            self.values[np.ix_(rows, columns)],
            self.stderr[np.ix_(rows, columns)],
            (*self.notes, *notes),
        )

    def complete(self, missing: Missing = "error") -> ScoreTable:
        """Return a table without a missing cell.

        `error` raises a ZebraError that lists the missing cells, `drop-model` and `drop-benchmark` leave out the rows
        or columns that have any, `mean` fills a cell with the mean of its benchmark. What was done is noted.
        """
        gaps = np.isnan(self.values)
        if not gaps.any():
            return self
        every_model, every_benchmark = np.ones(len(self.models), bool), np.ones(len(self.benchmarks), bool)
        if missing == "drop-model":
            rows = np.asarray(gaps.any(axis=1))
            return self.keep(~rows, every_benchmark, f"left out {_listed(self.models, rows)}: a score is missing")
        if missing == "drop-benchmark":
            columns = np.asarray(gaps.any(axis=0))
            names = _listed([b.name for b in self.benchmarks], columns)
            return self.keep(every_model, ~columns, f"left out the benchmark {names}: a score is missing")
        if missing == "mean":
            values = np.where(gaps, np.nanmean(self.values, axis=0), self.values)
            note = f"filled {gaps.sum()} missing {_cells(int(gaps.sum()))} with the mean of the benchmark: {_named(self, gaps)}"
            return attrs.evolve(self, values=values, notes=(*self.notes, note))
        msg = (
            f"{gaps.sum()} {_cells(int(gaps.sum()))} of the scores missing: {_named(self, gaps)}; fill in the table, or say "
            "--missing drop-model, --missing drop-benchmark or --missing mean"
        )
        raise ZebraError(msg)


def join(tables: Iterable[ScoreTable]) -> ScoreTable:
    """Join tables by model name.

    A model has every score that any table gives it. A benchmark in two tables must agree on its description and in
    every cell that both have; a ZebraError shows the two values where it does not.
    """
    tables = list(tables)
    if len(tables) == 1:
        return tables[0]
    models = list(dict.fromkeys(m for t in tables for m in t.models))
    columns: dict[str, Benchmark] = {}
    for benchmark in (b for t in tables for b in t.benchmarks):
        if attrs.evolve(columns.setdefault(benchmark.name, benchmark), source="") != attrs.evolve(benchmark, source=""):
            msg = f"two tables describe the benchmark {benchmark.name!r} differently: {columns[benchmark.name]} and {benchmark}"
            raise ZebraError(msg)
    values = np.full((len(models), len(columns)), np.nan)
    stderr = values.copy()
    order = {name: k for k, name in enumerate(columns)}
    for table in tables:
        at = np.ix_([models.index(m) for m in table.models], [order[b.name] for b in table.benchmarks])
        clash = ~(np.isnan(values[at]) | np.isnan(table.values) | (values[at] == table.values))
        if clash.any():
            i, j = np.argwhere(clash)[0]
            msg = (
                f"two tables give {table.models[i]!r} different scores on {table.benchmarks[j].name!r}: "
                f"{values[at][i, j]:g} and {table.values[i, j]:g}; remove one of the two"
            )
            raise ZebraError(msg)
        values[at] = np.where(np.isnan(table.values), values[at], table.values)
        stderr[at] = np.where(np.isnan(table.stderr), stderr[at], table.stderr)
    return ScoreTable(tuple(models), tuple(columns.values()), values, stderr, tuple(n for t in tables for n in t.notes))


def _cells(count: int) -> str:
    return "cell" if count == 1 else "cells"


def _listed(names: Iterable[str], marked: NDArray[np.bool_], most: int = 8) -> str:
    chosen = [repr(name) for name, mark in zip(names, marked, strict=True) if mark]
    more = f" and {len(chosen) - most} more" if len(chosen) > most else ""
    return ", ".join(chosen[:most]) + more


def _named(table: ScoreTable, cells: NDArray[np.bool_]) -> str:
    names = [f"{table.models[i]} x {table.benchmarks[j].name}" for i, j in np.argwhere(cells)]
    return _listed(names, np.ones(len(names), bool))
