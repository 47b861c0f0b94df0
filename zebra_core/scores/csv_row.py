"""A CSV file of scores, to which a model is added as a row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import numpy as np

from zebra_core import storage
from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from zebra_core.scores.catalogue import BenchmarkIndex


def add_row(
    path: Path, model: str, scores: Mapping[str, float], known: BenchmarkIndex, *, overwrite: bool = False
) -> None:
    """Add a model to a CSV file of scores, which is made where there is none; a benchmark that it lacks becomes a column.

    A benchmark goes into the column that the catalogues know by its name, as a fraction where that column has fractions of
    what is percent, with a percent sign where that column has some. Other scores of the model that are there stay. Raises
    ZebraError where the model is there already, unless it may be overwritten, and for a file that is no such table.
    """
    header, rows = check_row(path, model, overwrite=overwrite)
    name = header[0]
    there = [row for row in rows if row[name].strip() == model]
    placed = dict(_placed(benchmark, value, header[1:], rows, known) for benchmark, value in scores.items())
    columns = [*header, *(column for column in placed if column not in header)]
    percent = {column for column in header for held in rows if held[column].strip().endswith("%")}
    row = {name: model, **{c: repr(value) + ("%" if c in percent else "") for c, value in placed.items()}}
    kept = [held for held in rows if held[name].strip() != model]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([*kept, {**(there[0] if there else {}), **row}])
    _replace(path, text.getvalue())


def check_row(path: Path, model: str, *, overwrite: bool) -> tuple[list[str], list[dict[str, str]]]:
    """Return the header and the rows of a table to which a model can be added; ZebraError where it cannot, as `add_row`."""
    if not model.strip():
        msg = "a model of a table needs a name; say --name"
        raise ZebraError(msg)
    if path.suffix != ".csv" or not path.absolute().parent.is_dir():
        msg = f"cannot add a row to {path}: it must be a .csv file, new or not, in a folder that is there"
        raise ZebraError(msg)
    header, rows = _read(path)
    names = [row[header[0]].strip() for row in rows]
    if model in names and not overwrite:
        msg = f"{path} has the model {model!r} already; say --overwrite to replace its scores, or --name another"
        raise ZebraError(msg)
    if len({*names}) < len(names) or (names and all(_number(name) is not None for name in names)):
        msg = f"{path} is no table of scores with a row for each model, whose name is in the first column; see `zebra scores --format csv`"
        raise ZebraError(msg)
    return header, rows


def _placed(
    benchmark: str, value: float, columns: Sequence[str], rows: Sequence[Mapping[str, str]], known: BenchmarkIndex
) -> tuple[str, float]:
    """Return the column of a benchmark, and the score in that column's unit."""
    if benchmark in columns:
        column = benchmark
    else:
        column = next((c for c in columns if (held := known.get(c)) and held.name == benchmark), "")
    if not column:
        return benchmark, value
    numbers = np.array([number for row in rows if (number := _number(row[column])) is not None])
    return column, value / 100 if known.in_fractions(column, numbers) else value


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _read(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    if not path.exists():
        return ["model"], []
    try:
        header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
    except (OSError, ValueError, csv.Error) as wrong:
        msg = f"cannot read the table {path}: {'it is empty' if isinstance(wrong, ValueError) else wrong}"
        raise ZebraError(msg) from wrong
    if len({*header}) < len(header) or any(len(row) != len(header) for row in rows if row):
        msg = f"{path} is no table of scores: a column stands twice, or a row is longer or shorter than the header"
        raise ZebraError(msg)
    return header, [dict(zip(header, row, strict=True)) for row in rows if row]


def _replace(path: Path, text: str) -> None:
    """Write beside, then put in place: a file is never half there."""
    beside = path.with_name(f"{path.name}.tmp")
    try:
        beside.write_text(text, encoding="utf-8")
        storage.move(beside, path)
    except OSError as wrong:
        msg = f"cannot write {path}: {wrong.strerror}"
        raise ZebraError(msg) from wrong
