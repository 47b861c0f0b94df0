"""Results of several systems on the same tests, such as trained models on benchmarks, side by side."""

from __future__ import annotations

import csv
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
        counts = {name: len(scores) for name, scores in models.items()}
        if len({*counts.values()}) != 1:
            numbers = ", ".join(f"{name} has {count}" for name, count in counts.items())
            msg = f"systems are compared model by model, so each needs the same number of models: {numbers}"
            raise zebra.ZebraError(msg)
        benchmarks = {name: [b for table in of_system for b in table.benchmarks] for name, of_system in tables.items()}
        shared = _shared([[benchmark.name for benchmark in columns] for columns in benchmarks.values()])
        if not shared:
            msg = "the systems have no benchmark in common"
            raise zebra.ZebraError(msg)
        tests = [(benchmark, k) for benchmark in shared for k in range(next(iter(counts.values())))]
        values = [[models[name][k].get(benchmark, np.nan) for name in tables] for benchmark, k in tests]
        lower = frozenset(b.name for columns in benchmarks.values() for b in columns if b.direction == "lower")
        names = tuple((benchmark, str(k + 1)) for benchmark, k in tests)
        return cls(tuple(tables), names, np.array(values), lower)

    @classmethod
    def from_csv(cls, file: str) -> Results:
        """Read a CSV file with one test per row; the columns with numbers only are systems. Raise ZebraError."""
        try:
            header, *rows = csv.reader(Path(file).read_text(encoding="utf-8-sig").splitlines())
        except (OSError, ValueError, UnicodeDecodeError) as error:
            msg = f"cannot read the table {file!r}: {error}"
            raise zebra.ZebraError(msg) from error
        whole = [row for row in rows if len(row) == len(header)]
        numeric = [at for at in range(len(header)) if all(_is_number(row[at]) for row in whole)]
        if len(numeric) < 2 or len(whole) < len(rows):
            msg = f"{file} must have one test per row, and a column of numbers for each of at least two systems"
            raise zebra.ZebraError(msg)
        words = [at for at in range(len(header)) if at not in numeric]
        tests = tuple(tuple(row[at] for at in words) or (str(k),) for k, row in enumerate(rows))
        values = np.array([[float(row[at]) for at in numeric] for row in rows])
        return cls(tuple(header[at] for at in numeric), tests, values)

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


def _models(tables: Sequence[zebra.ScoreTable]) -> Iterator[dict[str, float]]:
    """Yield the scores of each model in tables, by benchmark."""
    for table in tables:
        names = [benchmark.name for benchmark in table.benchmarks]
        for row in table.values.tolist():
            yield dict(zip(names, row, strict=True))


def _shared(columns: list[list[str]]) -> list[str]:
    """Return the names that all lists share, in the order of the first one."""
    return [name for name in dict.fromkeys(columns[0]) if all(name in names for names in columns)]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
