"""Results of evaluation runs: a file per run, or a folder of them; runs are joined by model."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

import zebra_core as zebra
from zebra_scores.grid import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@attrs.frozen
class Score:
    """A score of a run: of which benchmark, with what error; `measured` is None where the file does not say."""

    benchmark: str
    value: float
    stderr: float = math.nan
    measured: zebra.Direction | None = None
    bounds: tuple[float, float] | None = None


class Runs(ABC):
    """Reads runs of one format."""

    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    @abstractmethod
    def scores(self, held: Any, path: Path) -> tuple[str, list[Score]] | None:
        """Return the model and its scores, None where the file is of another format."""

    def declines(self, location: str) -> str | None:
        """Tell why no file of the location is of this format, None where one is."""
        try:
            next(self._found(location))
        except StopIteration:
            return "finds no results of its format"
        except zebra.ZebraError as wrong:
            return str(wrong)
        return None

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the runs and join them by model."""
        if location is None:
            msg = "say which file or folder: --scores NAME:LOCATION"
            raise zebra.ZebraError(msg)
        tables = [_table(model, scores, str(path)) for path, (model, scores) in self._found(location) if scores]
        if not tables:
            msg = f"{location} has no score of this format"
            raise zebra.ZebraError(msg)
        return zebra.join(tables)

    def _found(self, location: str) -> Iterator[tuple[Path, tuple[str, list[Score]]]]:
        path = zebra.storage.place(location)
        files = sorted(p for p in path.rglob("*") if p.name.endswith(self.suffixes)) if path.is_dir() else [path]
        for file in files:
            if file.name.endswith(self.suffixes):
                held = self.opened(file)
                with as_its_format(str(file)):
                    found = self.scores(held, file) if held is not None else None
                if found is not None:
                    yield file, found

    def opened(self, path: Path) -> Any:
        """Parse a file; None where it cannot be of this format."""
        return parsed(path, str(path))


@contextmanager
def as_its_format(location: str) -> Iterator[None]:
    """Tell of a file that has the marks of a format and is not as that format has them."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as wrong:
        msg = f"{location} is not as its format has it: {type(wrong).__name__}: {wrong}; is it damaged, or edited by hand?"
        raise zebra.ZebraError(msg) from wrong


def _table(model: str, scores: Iterable[Score], source: str) -> zebra.ScoreTable:
    """Make the table of one model; a score that stands twice must be the same."""
    scores = list(scores)
    benchmarks = {
        s.benchmark: zebra.Benchmark(s.benchmark, measured=s.measured, bounds=s.bounds, source=source) for s in scores
    }
    rows = [(model, {s.benchmark: s.value}) for s in scores]
    merged: dict[str, float] = {}
    for _, row in rows:
        for name, value in row.items():
            if merged.setdefault(name, value) != value and not math.isnan(value):
                msg = f"{source}: {model!r} has two scores on {name!r}: {merged[name]:g} and {value:g}; keep one of the two"
                raise zebra.ZebraError(msg)
    errors = {(model, s.benchmark): s.stderr for s in scores}
    return zebra.ScoreTable.from_rows([(model, merged)], benchmarks.values(), errors)


def numeric(value: Any) -> float:
    """Return a number of a results file, NaN for what is none ("N/A", null)."""
    return (
        float(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
        else math.nan
    )


def binomial(value: float, count: Any) -> float:
    """Return the standard error of a share of `count` samples, NaN where it is no share or the count is unknown."""
    known = isinstance(count, (int, float)) and count > 0 and 0 <= value <= 1
    return math.sqrt(value * (1 - value) / count) if known else math.nan
