"""Results of evaluation runs: one file per run, or a folder of them, joined by model."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import attrs

import zebra_core as zebra
from zebra_scores.grid import parse_json, reading, required_location

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@attrs.frozen
class Score:
    """A score of a run. `measured` is the direction that the file gives for the benchmark, None if it gives none."""

    benchmark: str = attrs.field(converter=str)  # YAML and JSON may give a number or a boolean
    value: float
    stderr: float = math.nan
    measured: zebra.Direction | None = None
    bounds: tuple[float, float] | None = None


class Runs(ABC):
    """Reads runs of one format."""

    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    @abstractmethod
    def scores(self, content: object, path: Path) -> tuple[str, list[Score]] | None:
        """Return the model and its scores from the content of a file, or None if it is of another format."""

    def declines(self, location: str) -> str | None:
        """Return why no file of the location is of this format, None if one is."""
        try:
            next(self._runs(location))
        except StopIteration:
            return "finds no results of its format"
        except zebra.ZebraError as error:
            return str(error)
        return None

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the runs and join them by model."""
        location = required_location(location, "NAME:FILE_OR_FOLDER")
        tables = [_table(model, scores, str(path)) for path, model, scores in self._runs(location) if scores]
        if not tables:
            msg = f"{location} has no score in this format"
            raise zebra.ZebraError(msg)
        return zebra.join(tables)

    def load(self, path: Path) -> Any:
        """Return the content of a file, or None if it cannot be of this format."""
        return parse_json(path, str(path))

    def _runs(self, location: str) -> Iterator[tuple[Path, str, list[Score]]]:
        path = zebra.storage.place(location)
        with reading(path, location):
            files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            content = self.load(file) if file.name.endswith(self.suffixes) else None
            if content is None:
                continue
            with check_format(str(file)):
                run = self.scores(content, file)
            if run is not None:
                yield file, *run


@contextmanager
def check_format(location: str) -> Iterator[None]:
    """Raise ZebraError if a file that claims a format does not follow it."""
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        msg = (
            f"{location} has the keys of its format, but not its values ({type(error).__name__}: {error}); "
            "write it again with the tool that made it, or convert it to CSV"
        )
        raise zebra.ZebraError(msg) from error


def binomial(value: float, count: object) -> float:
    """Return the standard error of a share of `count` samples, NaN if it is not a share or the count is unknown."""
    if not isinstance(count, (int, float)) or count <= 0 or not 0 <= value <= 1:
        return math.nan
    return math.sqrt(value * (1 - value) / count)


def _table(model: str, scores: list[Score], source: str) -> zebra.ScoreTable:
    """Return the table of one model. Raise ZebraError if a benchmark has two different scores."""
    benchmarks = {
        s.benchmark: zebra.Benchmark(s.benchmark, measured=s.measured, bounds=s.bounds, source=source) for s in scores
    }
    row: dict[str, float] = {}
    for score in scores:
        first = row.setdefault(score.benchmark, score.value)
        if first != score.value and not math.isnan(score.value):
            msg = f"{source}: {model!r} has two scores on {score.benchmark!r}: {first:g} and {score.value:g}; keep one of the two"
            raise zebra.ZebraError(msg)
    errors = {(model, s.benchmark): s.stderr for s in scores}
    return zebra.ScoreTable.from_rows([(model, row)], benchmarks.values(), errors)
