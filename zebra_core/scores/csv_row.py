"""Add a model to a CSV file of scores, as a row."""

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
    path: Path, model: str, scores: Mapping[str, float], index: BenchmarkIndex, *, overwrite: bool = False
) -> None:
    """Add a model to a CSV file of scores, creating the file if needed; a benchmark without a column gets one.

    A benchmark goes into the column that the catalogues know by its name: as a fraction if the column has fractions of a
    percentage, with a percent sign if the column uses them. The model's other scores stay. Raise ZebraError if the model is
    already in the table, unless it may be overwritten, and if the file is not such a table.
    """
    header, rows = check_row(path, model, overwrite=overwrite)
    name = header[0]
    cells = dict(_placed(benchmark, value, header[1:], rows, index) for benchmark, value in scores.items())
    percent = {column for column in header for row in rows if row[column].strip().endswith("%")}
    texts = {column: f"{value!r}%" if column in percent else repr(value) for column, value in cells.items()}
    others = [row for row in rows if row[name].strip() != model]
    previous = next((row for row in rows if row[name].strip() == model), {})
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys([*header, *cells])), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows([*others, {**previous, name: model, **texts}])
    _replace(path, text.getvalue())


def check_row(path: Path, model: str, *, overwrite: bool) -> tuple[list[str], list[dict[str, str]]]:
    """Return the header and the rows of a table to which a model can be added. Raise ZebraError as `add_row` does."""
    if not model.strip():
        msg = "a model in a table needs a name; add --name"
        raise ZebraError(msg)
    if path.suffix != ".csv" or not path.absolute().parent.is_dir():
        msg = f"cannot add a row to {path}: it must be a .csv file, new or not, in an existing folder"
        raise ZebraError(msg)
    header, rows = _read(path)
    names = [row[header[0]].strip() for row in rows]
    if model in names and not overwrite:
        msg = f"{path} already has the model {model!r}; add --overwrite to replace its scores, or --name to choose another name"
        raise ZebraError(msg)
    if len({*names}) < len(names) or (names and all(_number(name) is not None for name in names)):
        msg = f"{path} is not a table of scores with one row per model, its name in the first column; see `zebra scores --format csv`"
        raise ZebraError(msg)
    return header, rows


def _placed(
    benchmark: str, value: float, columns: Sequence[str], rows: Sequence[Mapping[str, str]], index: BenchmarkIndex
) -> tuple[str, float]:
    """Return the column of a benchmark, and the score in that column's unit."""
    if benchmark in columns:
        column = benchmark
    else:
        column = next((c for c in columns if (entry := index.get(c)) and entry.name == benchmark), "")
    if not column:
        return benchmark, value
    numbers = np.array([number for row in rows if (number := _number(row[column])) is not None])
    return column, value / 100 if index.in_fractions(column, numbers) else value


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
    except (OSError, ValueError, csv.Error) as error:
        msg = f"cannot read the table {path}: {'it is empty' if isinstance(error, ValueError) else error}"
        raise ZebraError(msg) from error
    if len({*header}) < len(header) or any(len(row) != len(header) for row in rows if row):
        msg = f"{path} is not a table of scores: a column appears twice, or a row is longer or shorter than the header"
        raise ZebraError(msg)
    return header, [dict(zip(header, row, strict=True)) for row in rows if row]


def _replace(path: Path, text: str) -> None:
    try:
        storage.write_durably(path, text)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}"
        raise ZebraError(msg) from error
