"""The score table: how well each model does on each benchmark, and what each benchmark means."""

from __future__ import annotations

from collections import Counter
from itertools import chain, compress
from typing import TYPE_CHECKING, Any, Literal, Protocol

import attrs
import numpy as np

from zebra_core import charts
from zebra_core.base.arrays import read_only
from zebra_core.errors import ZebraError
from zebra_core.scores.rows import cells, check_names, listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

Direction = Literal["higher", "lower"] | float
Clash = Literal["error", "first", "last"]


class ScoreSource(Protocol):
    """A component that reads scores.

    `location` is what the user wrote after `--scores` (a file, a folder, a URL), or None for an embedded table. A source
    may return the path of a file instead, which is then read as if the user had named it.
    """

    def __call__(self, location: str | None) -> ScoreTable | Path:
        """Return the scores. Raise ZebraError if the location cannot be read as such a table."""


@attrs.frozen
class Benchmark:
    """A column of the table.

    `direction` is `higher`, `lower`, or the target value that is best; None if the table does not say, and then a
    catalogue or the recipe must. `bounds` are the smallest and the largest possible value, `chance` is the score of
    guessing. `measured` is the direction of the metric itself, as a harness states it ("accuracy: higher"): it applies if
    neither catalogue nor recipe says what is good in a model (of hazardous knowledge, less).
    """

    name: str = attrs.field(validator=attrs.validators.instance_of(str))
    axis: str = ""
    direction: Direction | None = attrs.field(default=None)
    bounds: tuple[float, float] | None = attrs.field(default=None)
    chance: float | None = None
    measured: Direction | None = None
    weight: float = attrs.field(default=1.0, validator=[attrs.validators.ge(0), attrs.validators.lt(float("inf"))])
    source: str = ""

    @direction.validator
    def _check_direction(self, _: object, direction: object) -> None:
        if direction not in ("higher", "lower", None) and not _is_number(direction):
            msg = f"direction must be 'higher', 'lower' or the best value, got {direction!r}"
            raise ValueError(msg)

    @bounds.validator
    def _check_bounds(self, _: object, bounds: object) -> None:
        ends = bounds if isinstance(bounds, tuple) else ()
        if bounds is not None and not (len(ends) == 2 and all(map(_is_number, ends)) and ends[0] < ends[1]):
            msg = f"bounds must be the smallest and the largest value, got {bounds!r}"
            raise ValueError(msg)

    def with_defaults(self, other: Benchmark) -> Benchmark:
        """Return the benchmark with the properties it leaves open taken from another description."""
        left_open = [name for name, empty in OPEN_FIELDS.items() if getattr(self, name) == empty]
        return attrs.evolve(self, **{name: getattr(other, name) for name in left_open})


OPEN_FIELDS = {"axis": "", "direction": None, "bounds": None, "chance": None, "measured": None}
"""The properties that a description may leave open, and the value that means so."""


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and bool(np.isfinite(value))


def _names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _benchmarks(benchmarks: Iterable[Benchmark]) -> tuple[Benchmark, ...]:
    return tuple(benchmarks)


@attrs.frozen(eq=False, repr=False)
class ScoreTable:
    """Scores of models on benchmarks.

    `values` is (models x benchmarks), in the benchmark's own unit, NaN if missing; `stderr` has the same shape, NaN if
    unknown; both are read-only. `notes` says what was done to the table (rows dropped, cells filled).
    """

    models: tuple[str, ...] = attrs.field(converter=_names)
    benchmarks: tuple[Benchmark, ...] = attrs.field(converter=_benchmarks)
    values: NDArray[np.float64] = attrs.field(converter=read_only)
    stderr: NDArray[np.float64] = attrs.field(converter=read_only)
    notes: tuple[str, ...] = ()

    @stderr.default
    def _unknown(self) -> NDArray[np.float64]:
        return np.full(np.shape(self.values), np.nan)

    def __repr__(self) -> str:
        names = ", ".join(benchmark.name for benchmark in self.benchmarks[:4])
        more = ", ..." if len(self.benchmarks) > 4 else ""
        return f"<ScoreTable of {len(self.models)} models on {len(self.benchmarks)} benchmarks: {names}{more}>"

    def _repr_html_(self) -> str:
        return str(self.to_pandas().to_html())

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per model and one column per benchmark, NaN if missing; needs pandas, which `datasets` brings."""
        import pandas as pd  # noqa: PLC0415  # slow to import

        index = pd.Index(self.models, name="model")
        return pd.DataFrame(self.values, index=index, columns=[benchmark.name for benchmark in self.benchmarks])

    def to_arrow(self) -> pa.Table:
        """Return an Arrow table: `model`, and one column per benchmark, null if missing."""
        import pyarrow as pa  # noqa: PLC0415  # not needed to read scores

        columns = {b.name: pa.array(self.values[:, k], from_pandas=True) for k, b in enumerate(self.benchmarks)}
        return pa.table({"model": list(self.models), **columns})

    @property
    def chart(self) -> dict[str, Any]:
        """A heat map of the scores, as a Vega-Lite specification; on each benchmark 0 is the worst and 1 the best of the table."""
        better = np.array([-1 if b.direction == "lower" else 1 for b in self.benchmarks])
        ranked = np.where(np.isnan(self.values), np.nan, self.values * better)
        low, high = (function(ranked, axis=0) for function in (np.nanmin, np.nanmax))
        shares = np.nan_to_num((ranked - low) / np.where(high > low, high - low, 1))
        names = [benchmark.name for benchmark in self.benchmarks]
        return charts.heat_map("Scores of the models, normalised", "score", self.models, names, shares.tolist())

    def plot(self) -> Any:
        """Return the heat map as an `altair.Chart`. Raise MissingExtraError without the extra `report`."""
        return charts.as_altair(self.chart)

    def __attrs_post_init__(self) -> None:
        """Check the shapes, and that no model or benchmark appears twice. Raise ZebraError."""
        shape = (len(self.models), len(self.benchmarks))
        if np.shape(self.values) != shape or np.shape(self.stderr) != shape:
            msg = f"scores must be of shape {shape}, one row per model and one column per benchmark, got {np.shape(self.values)}"
            raise ZebraError(msg)
        invalid = np.isinf(self.values) | (self.stderr < 0) | np.isinf(self.stderr)
        if invalid.any():
            msg = f"scores and standard errors must be finite, and errors not negative; check {self.listed(invalid)}"
            raise ZebraError(msg)
        for what, names in (("model", self.models), ("benchmark", [b.name for b in self.benchmarks])):
            repeated = sorted(name for name, count in Counter(names).items() if count > 1)
            if repeated:
                msg = f"the {what} {repeated[0]!r} appears twice in the scores; keep one of the two"
                raise ZebraError(msg)

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[tuple[str, Mapping[str, float]]],
        benchmarks: Iterable[Benchmark],
        errors: Mapping[tuple[str, str], float] | None = None,
    ) -> ScoreTable:
        """Return a table of (model, scores by benchmark) pairs; `errors` has standard errors by (model, benchmark).

        A model without any score and a benchmark without any model are left out and noted. A model that appears twice gets
        the scores of both rows; raise ZebraError, showing both values, if they contradict each other, and for a score or
        an error that no model or benchmark of the table has.
        """
        columns, rows = list(benchmarks), [(model, dict(scores)) for model, scores in rows]
        check_names(rows, [b.name for b in columns], errors or {})
        merged: dict[str, tuple[float, ...]] = {}
        for model, scores in rows:
            row = tuple(scores.get(b.name, np.nan) for b in columns)
            before = np.array(merged.get(model, row))
            clash = np.flatnonzero((before != row) & ~np.isnan(before) & ~np.isnan(row))
            if clash.size:
                at = clash[0]
                msg = (
                    f"the model {model!r} appears twice with different scores: {columns[at].name!r} is {before[at]:g} and "
                    f"{row[at]:g}; keep one of the two rows"
                )
                raise ZebraError(msg)
            merged[model] = tuple(np.where(np.isnan(before), row, before).tolist())
        values = np.array(list(merged.values()), dtype=np.float64).reshape(len(merged), len(columns))
        by_cell = errors or {}
        stderr = [[by_cell.get((model, b.name), np.nan) for b in columns] for model in merged]
        return cls(
            tuple(merged), tuple(columns), values, np.array(stderr, dtype=np.float64).reshape(values.shape)
        ).without_empty()

    @property
    def gaps(self) -> NDArray[np.bool_]:
        """Which scores are missing (models x benchmarks)."""
        return np.isnan(self.values)

    def first(self, rows: NDArray[np.bool_], count: int) -> ScoreTable:
        """Return the table of the first `count` of the marked models."""
        return self.keep(rows & (np.cumsum(rows) <= count), np.ones(len(self.benchmarks), bool))

    def listed(self, cells: NDArray[np.bool_]) -> str:
        """Return the names of some cells (models x benchmarks), as text."""
        return listed(f"{self.models[i]} x {self.benchmarks[j].name}" for i, j in np.argwhere(cells))

    def renamed(self, names: Mapping[str, str]) -> ScoreTable:
        """Return the table with some models under other names."""
        return attrs.evolve(self, models=tuple(names.get(model, model) for model in self.models))

    def without_empty(self) -> ScoreTable:
        """Return the table without models that have no score and benchmarks that no model has; both are noted."""
        filled = ~np.isnan(self.values)
        rows, columns = np.asarray(filled.any(axis=1)), np.asarray(filled.any(axis=0))
        notes = []
        if not rows.all():
            notes.append(f"left out {listed(compress(self.models, ~rows))}: no scores at all")
        if not columns.all():
            names = listed(compress([b.name for b in self.benchmarks], ~columns))
            notes.append(f"left out the benchmark {names}: no model has it")
        return self.keep(rows, columns, *notes)

    def as_dict(self) -> dict[str, Any]:
        """Return the table as plain values, for JSON: in the form that the score source `json` reads back."""
        empty = Benchmark("")
        described = {
            b.name: {
                name: list(value) if isinstance(value, tuple) else value
                for name, value in attrs.asdict(b, recurse=False).items()
                if name not in ("name", "measured") and value != getattr(empty, name)
            }
            for b in self.benchmarks
        }
        return {"benchmarks": described, "scores": self._cells(self.values), "stderr": self._cells(self.stderr)}

    def _cells(self, figures: NDArray[np.float64]) -> dict[str, dict[str, float]]:
        names = [b.name for b in self.benchmarks]
        rows = {
            model: {name: float(cell) for name, cell in zip(names, row, strict=True) if not np.isnan(cell)}
            for model, row in zip(self.models, figures, strict=True)
        }
        return {model: row for model, row in rows.items() if row or figures is self.values}

    def keep(self, rows: NDArray[np.bool_], columns: NDArray[np.bool_], *notes: str) -> ScoreTable:
        """Return the table of the marked models (rows) and benchmarks (columns), with notes added."""
        return ScoreTable(
            tuple(m for m, kept in zip(self.models, rows, strict=True) if kept),
            tuple(b for b, kept in zip(self.benchmarks, columns, strict=True) if kept),
            self.values[np.ix_(rows, columns)],
            self.stderr[np.ix_(rows, columns)],
            (*self.notes, *notes),
        )


def join(tables: Iterable[ScoreTable], clash: Clash = "error") -> ScoreTable:
    """Join tables by model name.

    A model gets every score that any table has. Two tables must describe a benchmark alike, and agree in every cell that
    both have. Raise ZebraError, showing both values, if they do not, unless `clash` says whether the first or the last
    table wins, which is noted.
    """
    tables = list(tables)
    if len(tables) == 1:
        return tables[0]
    models = list(dict.fromkeys(chain(*(table.models for table in tables))))
    columns = _joined_benchmarks(chain(*(table.benchmarks for table in tables)))
    values = np.full((len(models), len(columns)), np.nan)
    stderr, notes = values.copy(), [*chain(*(table.notes for table in tables))]
    row, column = ({name: k for k, name in enumerate(names)} for names in (models, columns))
    for table in tables:
        at = np.ix_([row[m] for m in table.models], [column[b.name] for b in table.benchmarks])
        filled, new = ~np.isnan(values[at]), ~np.isnan(table.values)
        differ = filled & new & (values[at] != table.values)
        if differ.any():
            notes.append(_clashing(table, values[at], differ, clash))
        wins = new & (~filled | (clash == "last"))
        values[at] = np.where(wins, table.values, values[at])
        stderr[at] = np.where(wins, table.stderr, stderr[at])
    return ScoreTable(tuple(models), tuple(columns.values()), values, stderr, tuple(notes))


def _joined_benchmarks(benchmarks: Iterable[Benchmark]) -> dict[str, Benchmark]:
    """Return benchmarks by name, each with all that is known of it. Raise ZebraError if two descriptions disagree."""
    columns: dict[str, Benchmark] = {}
    for benchmark in benchmarks:
        before = columns.get(benchmark.name, benchmark)
        columns[benchmark.name] = before.with_defaults(benchmark)
        descriptions = before.with_defaults(benchmark), benchmark.with_defaults(before)
        if len({attrs.evolve(description, source="") for description in descriptions}) > 1:
            msg = f"two tables describe the benchmark {benchmark.name!r} differently: {before} and {benchmark}"
            raise ZebraError(msg)
    return columns


def _clashing(table: ScoreTable, before: NDArray[np.float64], differ: NDArray[np.bool_], clash: Clash) -> str:
    """Return the note on cells that two tables fill differently. Raise ZebraError if `clash` does not say which wins."""
    i, j = np.argwhere(differ)[0]
    cell = f"{table.models[i]!r} different scores on {table.benchmarks[j].name!r}: {before[i, j]:g} and {table.values[i, j]:g}"
    if clash == "error":
        msg = f"two tables give {cell}; remove one of the two, or add --clash first or --clash last"
        raise ZebraError(msg)
    return f"two tables give {cell}; the {clash} one wins ({differ.sum()} such {cells(int(differ.sum()))})"
