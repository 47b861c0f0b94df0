"""Score tables from JSON files."""

from __future__ import annotations

import json
from typing import Any

import attrs

import zebra_core as zebra
from zebra_leaderboard.cells import Declared, number


@attrs.frozen(kw_only=True)
class Json(Declared):
    """A JSON file: {model: {benchmark: score}}, a list of {"model": ..., benchmark: score}, or described benchmarks.

    The last is {"benchmarks": {name: {"direction": "higher" | "lower" | TARGET, "axis": ..., "weight": ...,
    "bounds": [low, high], "source": ...}}, "scores": {model: {benchmark: score}}}. null, "" and "-" are missing.
    """

    def declines(self, location: str) -> str | None:
        """Tell why the location is no such file, None where it may be."""
        return None if zebra.storage.place(location).suffix.casefold() == ".json" else "reads .json files"

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the file; ZebraError for what is no such table."""
        if location is None:
            msg = "say which file: --scores json:FILE"
            raise zebra.ZebraError(msg)
        held = _held(location)
        native = isinstance(held, dict) and set(held) >= {"benchmarks", "scores"}
        rows = _rows(held["scores"] if native else held, location)
        said = held["benchmarks"] if native else {name: {} for _, row in rows for name in row}
        for model, row in rows:
            for name in set(row) - set(said):
                what = f"benchmark of {model!r} in {location},"
                raise zebra.unknown(what, name, said)
        benchmarks = [_said(b, said[b.name], location) for b in self.described(said, location)]
        scored = [
            (model, {name: _score(location, model, name, cell) for name, cell in row.items()}) for model, row in rows
        ]
        return zebra.ScoreTable.from_rows(scored, benchmarks)


def _held(location: str) -> Any:
    try:
        return json.loads(zebra.storage.place(location).read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as wrong:
        msg = f"{location} is not UTF-8 (byte {wrong.object[wrong.start]:#x} at {wrong.start}); save it as UTF-8"
        raise zebra.ZebraError(msg) from wrong
    except OSError as wrong:
        msg = f"cannot read {location}: {wrong.strerror}"
        raise zebra.ZebraError(msg) from wrong
    except (ValueError, RecursionError) as wrong:
        msg = f"{location} is no JSON: {wrong}"
        raise zebra.ZebraError(msg) from wrong


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


def _said(benchmark: zebra.Benchmark, said: Any, location: str) -> zebra.Benchmark:
    """Describe a benchmark as the file says; what an option of the user says weighs more."""
    fields = {field.name: field for field in attrs.fields(zebra.Benchmark) if field.name != "name"}
    if not isinstance(said, dict):
        msg = f"{location}: the benchmark {benchmark.name!r} must be described by an object, got {said!r}"
        raise zebra.ZebraError(msg)
    for name in said:
        if name not in fields:
            what = f"property of the benchmark {benchmark.name!r} in {location},"
            raise zebra.unknown(what, name, fields)
    declared = {
        name for name, field in fields.items() if name != "source" and getattr(benchmark, name) != field.default
    }
    taken: dict[str, Any] = {
        name: tuple(value) if name == "bounds" else value for name, value in said.items() if name not in declared
    }
    try:
        return attrs.evolve(benchmark, **taken)
    except (TypeError, ValueError) as wrong:
        msg = f"{location}: the benchmark {benchmark.name!r} is described wrongly: {wrong.args[0]}"
        raise zebra.ZebraError(msg) from wrong
