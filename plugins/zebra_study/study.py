"""A sweep with what its cells gave, and the values of one of its axes as systems to compare."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs
import numpy as np

from zebra_study.results import Results

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_study.significance import Difference
    from zebra_study.sweep import CellResult, Sweep


@attrs.define(slots=False, eq=False)
class Study:
    """A sweep that has run: its finished cells by name, why others failed, and the axis whose values are compared.

    `baseline` is the value that the others are compared with, None for the first.
    """

    grid: Sweep
    cells: Mapping[str, CellResult]
    failures: Mapping[str, str]
    over: str
    baseline: str | None

    @cached_property
    def compared(self) -> Results | None:
        """The values of the axis as systems; None if there are not two of them, or if cells failed."""
        values = {str(cell.place.get(self.over)) for cell in self.cells.values()}
        return as_results([*self.cells.values()], self.over) if len(values) > 1 and not self.failures else None

    @cached_property
    def differences(self) -> dict[str, tuple[Difference, float]]:
        """How each value differs from the baseline, with Holm's p; none if there are fewer than two tests."""
        if self.compared is None or len(self.compared.tests) < 2:
            return {}
        return self.compared.differences(self.against)

    @property
    def against(self) -> str:
        """The value that the others are compared with."""
        return self.baseline or (self.compared.systems[0] if self.compared else "")


def as_results(cells: Sequence[CellResult], over: str) -> Results:
    """Return cells as systems (the values of one axis) and tests (benchmark and other axes), as shares of a benchmark's range."""
    scores: dict[tuple[str, ...], dict[str, float]] = {}
    lower = set()
    for cell in cells:
        others = tuple(str(value) for axis, value in cell.place.items() if axis != over)
        for benchmark, value in cell.scores.items():
            properties = cell.benchmarks.get(benchmark, {})
            low, high = properties.get("bounds", (0, 1))
            scores.setdefault((benchmark, *others), {})[str(cell.place[over])] = (value - low) / (high - low)
            lower |= {benchmark} if properties.get("direction") == "lower" else set()
    systems = tuple(dict.fromkeys(str(cell.place[over]) for cell in cells))
    benchmarks = list(dict.fromkeys(test[0] for test in scores))
    tests = tuple(sorted(scores, key=lambda test: benchmarks.index(test[0])))
    values = [[scores[test].get(system, float("nan")) for system in systems] for test in tests]
    return Results(systems, tests, np.array(values), frozenset(lower))
