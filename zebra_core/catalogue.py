"""What benchmarks mean: the catalogues of plugins, and what the recipe declares."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np

from zebra_core.errors import PluginError, ZebraError, unknown
from zebra_core.scores import Benchmark, ScoreTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

DROP = "drop"
"""What the recipe says in place of a direction to leave a benchmark out."""
SHARE, PERCENT = (0, 1), (0, 100)
PROPERTIES = ("axis", "direction", "bounds", "chance", "weight", "source")


class Catalogue(Protocol):
    """A component that describes benchmarks."""

    def __call__(self) -> Path | Mapping[str, Mapping[str, Any]]:
        """Return descriptions by name, or the TOML file of them: properties of a Benchmark, and `names`, other spellings."""


@attrs.frozen(eq=False)
class Known:
    """Every benchmark that is described, by each of its spellings."""

    by_key: Mapping[str, Benchmark]

    @classmethod
    def of(cls, catalogues: Iterable[tuple[str, Any]]) -> Known:
        """Read catalogues, each with the plugin that offers it; a later one describes what an earlier one does anew."""
        found: dict[str, Benchmark] = {}
        for plugin, offered in catalogues:
            entries = offered if isinstance(offered, dict) else tomllib.loads(offered.read_text(encoding="utf-8"))
            for name, said in entries.items():
                spellings = said.get("names", [])
                properties = {key: value for key, value in said.items() if key != "names"}
                try:
                    benchmark = declared(Benchmark(name), properties, f"the catalogue of plugin {plugin!r}")
                except ZebraError as wrong:
                    raise PluginError(str(wrong)) from wrong
                found |= {key(spelling): benchmark for spelling in (name, *spellings)}
        return cls(found)

    def get(self, name: str) -> Benchmark | None:
        """Return the description of a benchmark under any of its spellings."""
        return self.by_key.get(key(name))

    def named(self, table: ScoreTable) -> ScoreTable:
        """Give a table's benchmarks the names, and where it is silent the descriptions, of the catalogue.

        A column of fractions, as its range or its values say, is turned into percent where the catalogue's range is one. Columns of one name
        become one where no model has different values in them; else they keep their own names.
        """
        columns: dict[str, ScoreTable] = {}
        for at, own in enumerate(table.benchmarks):
            column = self._described(
                table.keep(np.ones(len(table.models), bool), np.arange(len(table.benchmarks)) == at)
            )
            name = column.benchmarks[0].name
            held = columns.get(name)
            merged = column if held is None else _merged(held, column)
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
        """Whether the values of a benchmark that is known in percent are fractions."""
        known = self.get(name)
        numbers = values[~np.isnan(values)]
        percent = known is not None and known.bounds == PERCENT
        return bool(percent and numbers.size and np.abs(numbers).max() <= 1.0 and (numbers % 1).any())

    def _described(self, column: ScoreTable) -> ScoreTable:
        """Describe a table of one column."""
        own = column.benchmarks[0]
        known = self.get(own.name)
        if known is None:
            return column
        origin = own.source if own.name == known.name else f"{own.source}: {own.name}".removeprefix(": ")
        fractions = self.in_fractions(own.name, column.values) if own.bounds is None else own.bounds == SHARE
        factor = 100.0 if fractions and known.bounds == PERCENT else 1.0
        own = attrs.evolve(own, bounds=None) if factor > 1 else own
        benchmark = attrs.evolve(own.filled(known), name=known.name, source=origin or known.source)
        return attrs.evolve(
            column, benchmarks=[benchmark], values=column.values * factor, stderr=column.stderr * factor
        )


def _merged(one: ScoreTable, other: ScoreTable) -> ScoreTable | None:
    """Return two columns as one; None where they contradict each other."""
    missing = np.isnan(one.values)
    if (~missing & ~np.isnan(other.values) & (one.values != other.values)).any():
        return None
    values, stderr = np.where(missing, other.values, one.values), np.where(missing, other.stderr, one.stderr)
    return attrs.evolve(one, values=values, stderr=stderr)


def key(name: str) -> str:
    """Return what two spellings of a benchmark have in common: letters and digits, without what stands in brackets."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"\(.*?\)|\[.*?\]", "", name.casefold()))


def declared(benchmark: Benchmark, said: Any, where: str) -> Benchmark:
    """Describe a benchmark as `said`; ZebraError for an unknown property (with the closest) or a wrong value."""
    if not isinstance(said, dict):
        msg = f"{where}: the benchmark {benchmark.name!r} must be described by a table of properties, got {said!r}"
        raise ZebraError(msg)
    for name in said:
        if name not in PROPERTIES:
            what = f"property of the benchmark {benchmark.name!r} in {where},"
            raise unknown(what, name, PROPERTIES)
    taken: dict[str, Any] = {
        name: tuple(value) if name == "bounds" and isinstance(value, list) else value for name, value in said.items()
    }
    try:
        return attrs.evolve(benchmark, **taken)
    except (TypeError, ValueError) as wrong:
        msg = f"{where}: the benchmark {benchmark.name!r} is described wrongly: {wrong.args[0]}"
        raise ZebraError(msg) from wrong


def describe(table: ScoreTable, said: Mapping[str, Mapping[str, Any]], axes: Mapping[str, float]) -> ScoreTable:
    """Apply what the recipe declares of benchmarks, and the weights of axes; every direction is known afterwards.

    Raises ZebraError for a declared benchmark or axis that the table has not, and for a direction that nobody declares.
    """
    names = [b.name for b in table.benchmarks]
    by_key = {key(name): name for name in names}
    chosen: dict[str, Mapping[str, Any]] = {}
    for name, properties in said.items():
        if name not in names and key(name) not in by_key:
            what = "benchmark in the scores"
            raise unknown(what, name, names)
        chosen[name if name in names else by_key[key(name)]] = properties
    kept = np.array([chosen.get(name, {}).get("direction") != DROP for name in names], bool)
    dropped = [name for name, keep in zip(names, kept, strict=True) if not keep]
    notes = [f"left out the benchmark {', '.join(map(repr, dropped))}: declared so"] if dropped else []
    table = table.keep(np.ones(len(table.models), bool), kept, *notes)
    benchmarks = [declared(b, dict(chosen.get(b.name, {})), "the recipe") for b in table.benchmarks]
    benchmarks = [b if b.direction is not None else attrs.evolve(b, direction=b.measured) for b in benchmarks]
    unclear = [b.name for b in benchmarks if b.direction is None]
    if unclear:
        listed = ", ".join(map(repr, unclear[:8])) + (f" and {len(unclear) - 8} more" if len(unclear) > 8 else "")
        msg = (
            f"nobody says whether more of {listed} is better: it is in no catalogue; say --benchmark "
            f'"{unclear[0]}=higher" (or =lower, =VALUE for the value that is best, ={DROP} to leave it out)'
        )
        raise ZebraError(msg)
    return attrs.evolve(table, benchmarks=_weighted(benchmarks, axes))


def _weighted(benchmarks: list[Benchmark], axes: Mapping[str, float]) -> list[Benchmark]:
    """Give each axis that is named its weight, shared by its benchmarks, and the others none."""
    if not axes:
        return benchmarks
    for axis in axes:
        if axis not in {b.axis for b in benchmarks}:
            what = "axis in the scores"
            raise unknown(what, axis, [b.axis for b in benchmarks if b.axis])
    totals = {axis: sum(b.weight for b in benchmarks if b.axis == axis) or 1.0 for axis in axes}
    return [
        attrs.evolve(b, weight=axes[b.axis] * b.weight / totals[b.axis] if b.axis in axes else 0.0) for b in benchmarks
    ]
