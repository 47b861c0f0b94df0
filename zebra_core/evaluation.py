"""Evaluating a trained model: what an evaluator takes and gives, and its scores as a new row of a table."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any, Protocol

from zebra_core import storage
from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zebra_core.scores import ScoreTable


class Evaluator(Protocol):
    """A component that measures a model."""

    def __call__(self, model: str, output: Path) -> ScoreTable:
        """Return a score table of one row, which may be joined to the table that the next dataset is built from.

        `model` is a folder or a name of the Hugging Face hub; what else there is to keep is written to the folder `output`.
        """


def scores_of(table: ScoreTable) -> dict[str, float]:
    """Return the scores of the one model of a table, by benchmark; ZebraError where it has another number of models."""
    if len(table.models) != 1:
        msg = f"an evaluator gives a table of one model, got {len(table.models)}"
        raise ZebraError(msg)
    found = zip(table.benchmarks, table.values[0], strict=True)
    return {benchmark.name: float(value) for benchmark, value in found if not math.isnan(value)}


def add_row(path: Path, model: str, scores: Mapping[str, float], *, overwrite: bool = False) -> None:
    """Add a model to a CSV file of scores, which is made where there is none; a benchmark that it lacks becomes a column.

    Raises ZebraError where the model is there already, unless it may be overwritten, and for a file that is no such table.
    """
    header, rows = _read(path)
    name = header[0]
    there = [row for row in rows if row[name] == model]
    if there and not overwrite:
        msg = f"{path} has the model {model!r} already; say --overwrite to replace it, or --name another"
        raise ZebraError(msg)
    columns = [*header, *(benchmark for benchmark in scores if benchmark not in header)]
    row = {name: model, **{benchmark: repr(value) for benchmark, value in scores.items()}}
    kept = [held for held in rows if held[name] != model]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([*kept, {**(there[0] if there else {}), **row}])
    _replace(path, text.getvalue())


def _read(path: Path) -> tuple[list[str], list[dict[str, Any]]]:
    if not path.exists():
        return ["model"], []
    try:
        reader = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines())
        rows = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        msg = f"cannot read {path}: {wrong}"
        raise ZebraError(msg) from wrong
    if not reader.fieldnames or any(None in row for row in rows):
        msg = f"{path} is no table of scores: a CSV file with a row for each model, whose name is in the first column"
        raise ZebraError(msg)
    return list(reader.fieldnames), rows


def _replace(path: Path, text: str) -> None:
    """Write beside, then put in place: a file is never half there."""
    beside = path.with_name(f"{path.name}.tmp")
    try:
        beside.write_text(text, encoding="utf-8")
        storage.move(beside, path)
    except OSError as wrong:
        msg = f"cannot write {path}: {wrong.strerror}"
        raise ZebraError(msg) from wrong
