"""What benchmarks mean: the catalogues of plugins, and the declarations of the recipe."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np

from zebra_core.errors import PluginError, ZebraError, reading_fault, unknown
from zebra_core.scores.table import Benchmark, ScoreTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

DROP = "drop"
"""What a recipe writes instead of a direction to leave a benchmark out."""
SHARE, PERCENT = (0, 1), (0, 100)
PROPERTIES = ("axis", "direction", "bounds", "chance", "weight", "source")


class Catalogue(Protocol):
    """A component that describes benchmarks."""

    def __call__(self) -> Path | Mapping[str, Mapping[str, Any]]:
        """Return descriptions by name, or the TOML file of them: properties of a Benchmark, and `names`, other spellings."""


@attrs.frozen(eq=False)
class BenchmarkIndex:
    """Every described benchmark, by each of its spellings."""

    by_key: Mapping[str, Benchmark]

    @classmethod
    def from_catalogues(cls, catalogues: Iterable[tuple[str, Any]]) -> BenchmarkIndex:
        """Read catalogues, each with the plugin that offers it; a later description replaces an earlier one."""
        by_key: dict[str, Benchmark] = {}
        for plugin, offered in catalogues:
            where = f"the catalogue of plugin {plugin!r}"
            for name, entry in read_catalogue(offered, where).items():
                properties, spellings = entry, []
                if isinstance(entry, dict):
                    properties = {key: value for key, value in entry.items() if key != "names"}
                    spellings = entry.get("names", [])
                try:
                    benchmark = with_properties(Benchmark(name), properties, where)
                except ZebraError as error:
                    raise PluginError(str(error)) from error
                by_key |= {key(spelling): benchmark for spelling in (name, *spellings)}
        return cls(by_key)

    def get(self, name: str) -> Benchmark | None:
        """Return the description of a benchmark under any of its spellings."""
        return self.by_key.get(key(name))

    def canonicalise(self, table: ScoreTable) -> ScoreTable:
        """Return the table with the catalogue's names of benchmarks, and its descriptions of what the table leaves open.

        A column of fractions, judging by its range or its values, becomes percent if the catalogue's range is in percent.
        Columns of the same benchmark are merged unless a model has different values in them; then they keep their own
        names.
        """
        columns: dict[str, ScoreTable] = {}
        for at, own in enumerate(table.benchmarks):
            column = self._described(
                table.keep(np.ones(len(table.models), bool), np.arange(len(table.benchmarks)) == at)
            )
            name = column.benchmarks[0].name
            before = columns.get(name)
            merged = column if before is None else _merged(before, column)
            if merged is None:
                name, merged = (
                    own.name,
                    attrs.evolve(column, benchmarks=[attrs.evolve(column.benchmarks[0], name=own.name)]),
                )
            columns[name] = merged
        if not columns:
            return table
        return attrs.evolve(
            table,
            benchmarks=[attrs.evolve(column.benchmarks[0], name=name) for name, column in columns.items()],
            values=np.column_stack([column.values for column in columns.values()]),
            stderr=np.column_stack([column.stderr for column in columns.values()]),
        )

    def in_fractions(self, name: str, values: NDArray[np.float64]) -> bool:
        """Return whether the values of a benchmark that the catalogue has in percent are fractions."""
        described = self.get(name)
        numbers = values[~np.isnan(values)]
        percent = described is not None and described.bounds == PERCENT
        return bool(percent and numbers.size and np.abs(numbers).max() <= 1.0 and (numbers % 1).any())

    def _described(self, column: ScoreTable) -> ScoreTable:
        """Describe a table of one column."""
        own = column.benchmarks[0]
        described = self.get(own.name)
        if described is None:
            return column
        origin = own.source if own.name == described.name else f"{own.source}: {own.name}".removeprefix(": ")
        fractions = self.in_fractions(own.name, column.values) if own.bounds is None else own.bounds == SHARE
        factor = 100.0 if fractions and described.bounds == PERCENT else 1.0
        own = attrs.evolve(own, bounds=None) if factor > 1 else own
        benchmark = attrs.evolve(own.with_defaults(described), name=described.name, source=origin or described.source)
        with np.errstate(over="ignore"):  # an infinite value is refused by the table
            values, stderr = column.values * factor, column.stderr * factor
        return attrs.evolve(column, benchmarks=[benchmark], values=values, stderr=stderr)


def read_catalogue(offered: object, where: str) -> dict[str, Any]:
    """Return the descriptions that a catalogue returned, by name. Raise PluginError, naming `where`, for anything else."""
    if isinstance(offered, dict):
        return offered
    if not isinstance(offered, Path):
        msg = f"{where} must return descriptions by name, or the path of a TOML file, got {type(offered).__name__}"
        raise PluginError(msg)
    try:
        return tomllib.loads(offered.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"{where}: cannot read {offered}: {reading_fault(error)}"
        raise PluginError(msg) from error


def _merged(one: ScoreTable, other: ScoreTable) -> ScoreTable | None:
    """Return two columns merged, or None if they contradict each other."""
    missing = np.isnan(one.values)
    if (~missing & ~np.isnan(other.values) & (one.values != other.values)).any():
        return None
    values, stderr = np.where(missing, other.values, one.values), np.where(missing, other.stderr, one.stderr)
    return attrs.evolve(one, values=values, stderr=stderr)


def key(name: str) -> str:
    """Return what two spellings of a benchmark have in common: letters and digits, without what is in brackets."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)|\[.*?\]", "", name.casefold()))


def with_properties(benchmark: Benchmark, properties: object, origin: str) -> Benchmark:
    """Return a benchmark with these properties. Raise ZebraError, naming `origin`, for an unknown property or a wrong value."""
    if not isinstance(properties, dict):
        msg = (
            f"{origin}: the benchmark {benchmark.name!r} must be described by a table of properties, got {properties!r}"
        )
        raise ZebraError(msg)
    for name in properties:
        if name not in PROPERTIES:
            what, where = "property", f"of the benchmark {benchmark.name!r} in {origin}"
            raise unknown(what, name, PROPERTIES, where)
    values: dict[str, Any] = {
        name: tuple(value) if name == "bounds" and isinstance(value, list) else value
        for name, value in properties.items()
    }
    try:
        return attrs.evolve(benchmark, **values)
    except (TypeError, ValueError) as error:
        msg = f"{origin}: the description of the benchmark {benchmark.name!r} is invalid: {error.args[0]}"
        raise ZebraError(msg) from error


def apply_declarations(
    table: ScoreTable, declared: Mapping[str, Mapping[str, Any]], axes: Mapping[str, float]
) -> ScoreTable:
    """Apply what the recipe declares about benchmarks, and the weights of axes; afterwards every benchmark has a direction.

    Raise ZebraError for a declared benchmark or axis that the table lacks, and for a benchmark without a direction.
    """
    properties = _by_column(declared, [b.name for b in table.benchmarks])
    dropped = [name for name, values in properties.items() if values.get("direction") == DROP]
    notes = [f"left out the benchmark {', '.join(map(repr, dropped))}: as declared"] if dropped else []
    table = table.keep(
        np.ones(len(table.models), bool), np.array([b.name not in dropped for b in table.benchmarks], bool), *notes
    )
    benchmarks = [with_properties(b, dict(properties.get(b.name, {})), "the recipe") for b in table.benchmarks]
    benchmarks = [b if b.direction is not None else attrs.evolve(b, direction=b.measured) for b in benchmarks]
    _check_directions(benchmarks)
    return attrs.evolve(table, benchmarks=_weighted(benchmarks, axes))


def _by_column(declared: Mapping[str, Mapping[str, Any]], names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Return the declared properties by the table's spelling of the benchmark. Raise ZebraError for an unknown one."""
    spelling = {key(name): name for name in names} | {name: name for name in names}
    properties = {}
    for name in declared:
        column = spelling.get(name) or spelling.get(key(name))
        if column is None:
            what = "benchmark in the scores"
            raise unknown(what, name, names)
        properties[column] = declared[name]
    return {name: properties[name] for name in names if name in properties}


def _check_directions(benchmarks: Iterable[Benchmark]) -> None:
    """Raise ZebraError, with the flag to add, if a benchmark has no direction."""
    unclear = [b.name for b in benchmarks if b.direction is None]
    if unclear:
        listed = ", ".join(map(repr, unclear[:8])) + (f" and {len(unclear) - 8} more" if len(unclear) > 8 else "")
        msg = (
            f"no direction is known for {listed}: no catalogue lists it; add --benchmark "
            f"{shlex.quote(f'{unclear[0]}=higher')} (or =lower, =VALUE for the best value, ={DROP} to leave it out)"
        )
        raise ZebraError(msg)


def _weighted(benchmarks: list[Benchmark], axes: Mapping[str, float]) -> list[Benchmark]:
    """Return benchmarks with the weight of their axis shared among them; benchmarks of other axes get none."""
    if not axes:
        return benchmarks
    present = {b.axis for b in benchmarks if b.axis}
    for axis in axes:
        if axis not in present:
            what = "axis in the scores"
            raise unknown(what, axis, present)
    totals = {axis: sum(b.weight for b in benchmarks if b.axis == axis) or 1.0 for axis in axes}
    return [
        attrs.evolve(b, weight=axes[b.axis] * b.weight / totals[b.axis] if b.axis in axes else 0.0) for b in benchmarks
    ]
