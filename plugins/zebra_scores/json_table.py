"""Score tables from JSON files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

import zebra_core as zebra
from zebra_scores.cells import number
from zebra_scores.grid import parse_json, required_location

if TYPE_CHECKING:
    from collections.abc import Mapping


@attrs.frozen
class Json:
    """A JSON file: {model: {benchmark: score}}, a list of {"model": ..., benchmark: score}, or described benchmarks.

    The last is {"benchmarks": {name: {"direction": "higher" | "lower" | TARGET, "axis": ..., "weight": ...,
    "bounds": [low, high], "chance": ..., "source": ...}}, "scores": {model: {benchmark: score}}[, "stderr": the same]}. null, "" and "-" are missing.
    """

    general: ClassVar = True

    def declines(self, location: str) -> str | None:
        """Return why the location is not such a file, None if it may be."""
        path = zebra.storage.place(location)
        return "reads .json files" if zebra.storage.suffix_of(path) != ".json" or path.is_dir() else None

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the file. Raise ZebraError if it is not such a table."""
        location = required_location(location, "json:FILE")
        content = parse_json(zebra.storage.place(location), location)
        described = isinstance(content, dict) and set(content) >= {"benchmarks", "scores"}
        rows = _rows(content["scores"] if described else content, location)
        stderr = content.get("stderr", {}) if described else {}
        properties = content["benchmarks"] if described else {name: {} for _, row in rows for name in row}
        _check_benchmarks(rows, properties, location)
        benchmarks = [
            zebra.with_properties(zebra.Benchmark(name, source=location), values, location)
            for name, values in properties.items()
        ]
        scores = [(model, _numbers(location, model, row)) for model, row in rows]
        errors = {
            (model, name): error
            for model, row in stderr.items()
            for name, error in _numbers(location, model, row).items()
        }
        return zebra.ScoreTable.from_rows(scores, benchmarks, errors)


def _rows(content: object, location: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the models with their cells. Raise ZebraError if the content has neither of the two shapes."""
    if isinstance(content, dict) and content and all(isinstance(row, dict) for row in content.values()):
        return list(content.items())
    if isinstance(content, list) and content and all(map(_is_row, content)):
        return [(row["model"], {name: cell for name, cell in row.items() if name != "model"}) for row in content]
    msg = f'{location} is not a score table; it must be {{model: {{benchmark: score}}}} or a list of {{"model": ..., benchmark: score}}'
    raise zebra.ZebraError(msg)


def _is_row(entry: object) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("model"), str)


def _check_benchmarks(rows: list[tuple[str, dict[str, Any]]], names: Mapping[str, object], location: str) -> None:
    """Raise ZebraError if a row has a benchmark that the file does not describe."""
    for model, row in rows:
        for name in row:
            if name not in names:
                what, where = "benchmark", f"of {model!r} in {location}"
                raise zebra.unknown(what, name, names, where)


def _numbers(location: str, model: str, row: Mapping[str, object]) -> dict[str, float]:
    numbers = {}
    for name, cell in row.items():
        try:
            numbers[name] = number(cell)
        except (ValueError, TypeError) as error:
            msg = f"{location}: {model!r} has {cell!r} on {name!r}, which is not a number"
            raise zebra.ZebraError(msg) from error
    return numbers
