"""Score tables from JSON files."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs

import zebra_core as zebra
from zebra_scores.cells import number
from zebra_scores.grid import parsed


@attrs.frozen
class Json:
    """A JSON file: {model: {benchmark: score}}, a list of {"model": ..., benchmark: score}, or described benchmarks.

    The last is {"benchmarks": {name: {"direction": "higher" | "lower" | TARGET, "axis": ..., "weight": ...,
    "bounds": [low, high], "chance": ..., "source": ...}}, "scores": {model: {benchmark: score}}[, "stderr": the same]}. null, "" and "-" are missing.
    """

    general: ClassVar = True

    def declines(self, location: str) -> str | None:
        """Tell why the location is no such file, None where it may be."""
        path = zebra.storage.place(location)
        if path.suffix.casefold() != ".json" or path.is_dir():
            return "reads .json files"
        return None

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the file; ZebraError for what is no such table."""
        if location is None:
            msg = "say which file: --scores json:FILE"
            raise zebra.ZebraError(msg)
        held = parsed(zebra.storage.place(location), location)
        native = isinstance(held, dict) and set(held) >= {"benchmarks", "scores"}
        rows = _rows(held["scores"] if native else held, location)
        said = held["benchmarks"] if native else {name: {} for _, row in rows for name in row}
        for model, row in rows:
            for name in set(row) - set(said):
                what = f"benchmark of {model!r} in {location},"
                raise zebra.unknown(what, name, said)
        benchmarks = [
            zebra.with_properties(zebra.Benchmark(name, source=location), said[name], location) for name in said
        ]
        scored = [
            (model, {name: _score(location, model, name, cell) for name, cell in row.items()}) for model, row in rows
        ]
        stderr = held.get("stderr", {}) if native else {}
        errors = {
            (model, name): _score(location, model, name, cell)
            for model, row in stderr.items()
            for name, cell in row.items()
        }
        return zebra.ScoreTable.from_rows(scored, benchmarks, errors)


def _rows(held: Any, location: str) -> list[tuple[str, dict[str, Any]]]:
    if isinstance(held, dict) and held and all(isinstance(row, dict) for row in held.values()):
        return list(held.items())
    if (
        isinstance(held, list)
        and held
        and all(isinstance(row, dict) and isinstance(row.get("model"), str) for row in held)
    ):
        return [(row["model"], {name: cell for name, cell in row.items() if name != "model"}) for row in held]
    msg = f'{location} is no score table; it must be {{model: {{benchmark: score}}}} or a list of {{"model": ..., benchmark: score}}'
    raise zebra.ZebraError(msg)


def _score(location: str, model: str, name: str, cell: Any) -> float:
    try:
        return number(cell)
    except (ValueError, TypeError) as wrong:
        msg = f"{location}: {model!r} has {cell!r} on {name!r}, which is no number"
        raise zebra.ZebraError(msg) from wrong
