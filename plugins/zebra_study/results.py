"""Results of several systems on the same tests, such as trained models on benchmarks, side by side."""

from __future__ import annotations

import csv
from itertools import chain, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

import zebra_core as zebra
from zebra_study.significance import Difference, holm, paired

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray


@attrs.frozen(eq=False)
class Results:
    """Scores of systems on tests: `values` is (tests x systems); a test is a benchmark and what it was run on.

    `lower` are the benchmarks on which less is better.
    """

    systems: tuple[str, ...]
    tests: tuple[tuple[str, ...], ...]
    values: NDArray[np.float64]
    lower: frozenset[str] = frozenset()

    @classmethod
    def from_tables(cls, tables: Mapping[str, Sequence[zebra.ScoreTable]]) -> Results:
        """Join score tables of systems: the k-th model of a system is compared with the k-th of the others.

        Raise ZebraError if the systems share no benchmark, or have different numbers of models.
        """
        models = {name: [*_models(of_system)] for name, of_system in tables.items()}
        count = _common_count(models)
        benchmarks = [[*chain(*(table.benchmarks for table in of_system))] for of_system in tables.values()]
        shared = _shared(benchmarks)
        if not shared:
            msg = "the systems have no benchmark in common"
            raise zebra.ZebraError(msg)
        tests = [*product(shared, range(count))]
        values = [[models[name][k].get(benchmark, np.nan) for name in tables] for benchmark, k in tests]
        lower = frozenset(b.name for b in chain(*benchmarks) if b.direction == "lower")
        names = tuple((benchmark, str(k + 1)) for benchmark, k in tests)
        return cls(tuple(tables), names, np.array(values), lower)

    @classmethod
    def from_csv(cls, file: str) -> Results:
        """Read a CSV file with one test per row, in which the columns of numbers are systems.

        Raise ZebraError if the file cannot be read, or has fewer than two systems.
        """
        header, rows = _read_csv(file)
        columns = {name: [row[at] for row in rows] for at, name in enumerate(header)}
        systems = [name for name, cells in columns.items() if all(map(_is_number, cells))]
        if len(systems) < 2:
            msg = f"{file} must have one test per row, and a column of numbers for each of at least two systems"
            raise zebra.ZebraError(msg)
        texts = [cells for name, cells in columns.items() if name not in systems]
        tests = tuple(zip(*texts, strict=True)) if texts else tuple((str(k),) for k in range(len(rows)))
        return cls(tuple(systems), tests, np.array([columns[name] for name in systems], dtype=np.float64).T)

    def means(self) -> list[list[Any]]:
        """Return the mean of each system on each benchmark (ZEBRA, Table 1), with a header.

        The average over benchmarks comes last, unless less is better on one of them.
        """
        benchmarks = list(dict.fromkeys(test[0] for test in self.tests))
        rows = [[b, *np.nanmean(self.values[[t[0] == b for t in self.tests]], axis=0).tolist()] for b in benchmarks]
        header = ["benchmark", *self.systems]
        if self.lower & {*benchmarks}:
            return [header, *rows]
        return [header, *rows, ["average", *np.nanmean([row[1:] for row in rows], axis=0).tolist()]]

    def differences(self, baseline: str, seed: int = 0) -> dict[str, tuple[Difference, float]]:
        """Return how each other system differs from the baseline over all tests (ZEBRA, Table 2), and Holm's p of the t-test.

        A positive difference is better, also on benchmarks on which less is better.
        """
        if baseline not in self.systems:
            msg = f"there is no system {baseline!r} to compare with; known: {', '.join(self.systems)}"
            raise zebra.ZebraError(msg)
        signed = self.values * np.array([-1 if test[0] in self.lower else 1 for test in self.tests])[:, None]
        base = signed[:, self.systems.index(baseline)]
        differences = {}
        for at, name in enumerate(self.systems):
            if name != baseline:
                both = np.isfinite(base) & np.isfinite(signed[:, at])
                differences[name] = paired(signed[both, at], base[both], seed)
        corrected = holm([difference.p_t for difference in differences.values()])
        return {name: (difference, p) for (name, difference), p in zip(differences.items(), corrected, strict=True)}


def _common_count(models: Mapping[str, Sequence[object]]) -> int:
    """Return the number of models that every system has. Raise ZebraError if the numbers differ."""
    counts = {name: len(scores) for name, scores in models.items()}
    if len({*counts.values()}) != 1:
        numbers = ", ".join(f"{name} has {count}" for name, count in counts.items())
        msg = f"systems are compared model by model, so each needs the same number of models: {numbers}"
        raise zebra.ZebraError(msg)
    return next(iter(counts.values()))


def _read_csv(file: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a CSV file. Raise ZebraError if it cannot be read, or a row has another length."""
    try:
        header, *rows = csv.reader(Path(file).read_text(encoding="utf-8-sig").splitlines())
    except (OSError, ValueError) as error:
        msg = f"cannot read the table {file!r}: {error}"
        raise zebra.ZebraError(msg) from error
    odd = [number for number, row in enumerate(rows, 2) if len(row) != len(header)]
    if odd or len({*header}) < len(header):
        reason = f"line {odd[0]} is longer or shorter than the first line" if odd else "a column appears twice"
        msg = f"{file} must have one test per row, and a column of numbers for each of at least two systems: {reason}"
        raise zebra.ZebraError(msg)
    return header, rows


def _models(tables: Sequence[zebra.ScoreTable]) -> Iterator[dict[str, float]]:
    """Yield the scores of each model in tables, by benchmark."""
    for table in tables:
        names = [benchmark.name for benchmark in table.benchmarks]
        for row in table.values.tolist():
            yield dict(zip(names, row, strict=True))


def _shared(benchmarks: list[list[zebra.Benchmark]]) -> list[str]:
    """Return the names of the benchmarks that all lists share, in the order of the first one."""
    names = [dict.fromkeys(benchmark.name for benchmark in columns) for columns in benchmarks]
    return [name for name in names[0] if all(name in others for others in names)]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
