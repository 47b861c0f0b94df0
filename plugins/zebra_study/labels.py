"""Labels of responses or of pairs, by a judge or by people. They serve to measure; no dataset is built from them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

COLUMNS = {
    "id": ("id", "instruction_id", "prompt_id"),
    "judge": ("annotator", "judge", "labeler"),
    "model": ("model", "generator"),
    "score": ("win", "score", "rating"),
    "first": ("model_a", "chosen_model", "model_1"),
    "second": ("model_b", "rejected_model", "model_2"),
    "winner": ("winner", "preferred"),
}
"""The names under which each column is recognised."""
VERDICTS = {"a": 1.0, "model_a": 1.0, "b": -1.0, "model_b": -1.0, "tie": 0.0}
READERS: dict[str, Callable[[Any], pa.Table]] = {
    ".parquet": pq.read_table,
    ".csv": pyarrow.csv.read_csv,
    ".jsonl": pyarrow.json.read_json,
}


@attrs.frozen(eq=False)
class Labels:
    """What each judge says: a score of each response, by instruction and model, or which model's response won.

    `names` maps the dataset's names of models to those of the labels.
    """

    scores: dict[str, dict[tuple[str, str], float]]
    wins: dict[str, dict[tuple[str, str, str], float]]
    names: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)

    @property
    def judges(self) -> list[str]:
        """The judges, in the order of their names."""
        return sorted({*self.scores, *self.wins})

    def verdict(self, judge: str, row: str, chosen: str, rejected: str) -> float:
        """Return 1 if the judge prefers the response of `chosen`, -1 for the other one, 0 for a tie, NaN if unknown."""
        better, worse = self._name(chosen), self._name(rejected)
        scores = self.scores.get(judge, {})
        if (row, better) in scores and (row, worse) in scores:
            gap = scores[row, better] - scores[row, worse]
            return math.copysign(1, gap) if gap else 0.0
        wins = self.wins.get(judge, {})
        if (row, better, worse) in wins:
            return wins[row, better, worse]
        return -wins.get((row, worse, better), math.nan)

    def table(self, judge: str, rows: list[str], models: list[str]) -> NDArray[np.float64]:
        """Return the judge's scores of the models' responses (rows x models), NaN if it has none."""
        scores, names = self.scores.get(judge, {}), [self._name(model) for model in models]
        values = [[scores.get((row, name), math.nan) for name in names] for row in rows]
        return np.array(values, dtype=np.float64).reshape(len(rows), len(models))

    def _name(self, model: str) -> str:
        return self.names.get(model, (model,))[0]


def read_labels(path: str, alias: str = "") -> Labels:
    """Read a table of labels: parquet, CSV or JSON lines.

    Of responses: id, model, score (or win, rating) [, annotator]. Of pairs: id, model_a, model_b, winner (a model, `a`,
    `b` or `tie`) [, annotator]. `alias` is a CSV file with the table's name of each of the dataset's models (pool,score).
    A missing score is ignored. Raise ZebraError for any other table.
    """
    table = _table(path)
    columns = {
        key: table[name].to_pylist()
        for key, names in COLUMNS.items()
        if (name := next((name for name in names if name in table.column_names), None))
    }
    columns.setdefault("judge", ["judge"] * len(table))
    labels = Labels({}, {}, zebra.read_aliases(alias) if alias else {})
    if {"id", "model", "score"} <= {*columns}:
        _read_scores(labels, columns, path)
    elif {"id", "first", "second", "winner"} <= {*columns}:
        _read_wins(labels, columns)
    if not labels.judges:
        msg = (
            f"{path} is not a table of labels: it needs the columns id, model and score, or id, model_a, model_b and winner "
            f"(and annotator, if there are several); it has {', '.join(table.column_names)}"
        )
        raise zebra.ZebraError(msg)
    return labels


def _read_scores(labels: Labels, columns: dict[str, list[Any]], path: str) -> None:
    """Read labels of responses."""
    for judge, row, model, score in zip(*(columns[key] for key in ("judge", "id", "model", "score")), strict=True):
        value = _number(score, f"{path}: the score of {model} on {row}")
        if not math.isnan(value):
            labels.scores.setdefault(str(judge), {})[str(row), str(model)] = value


def _read_wins(labels: Labels, columns: dict[str, list[Any]]) -> None:
    """Read labels of pairs."""
    keys = ("judge", "id", "first", "second", "winner")
    for cells in zip(*(columns[key] for key in keys), strict=True):
        judge, row, first, second, winner = map(str, cells)
        verdict = {first: 1.0, **VERDICTS, second: -1.0}.get(winner) if first != second else None
        if verdict is not None:
            labels.wins.setdefault(judge, {})[row, first, second] = verdict


def _number(score: object, where: str) -> float:
    """Return a score, NaN if it is missing. Raise ZebraError if it is not a number."""
    try:
        return math.nan if score is None or score == "" else float(str(score))
    except ValueError as error:
        msg = f"{where} is not a number: {score!r}"
        raise zebra.ZebraError(msg) from error


def _table(path: str) -> pa.Table:
    place = zebra.storage.place(path)
    reader = READERS.get(zebra.storage.suffix_of(place))
    if reader is None:
        msg = f"a table of labels is a .parquet, .csv or .jsonl file, got {path!r}"
        raise zebra.ZebraError(msg)
    try:
        if reader is pyarrow.json.read_json:
            _check_lines(path)
        table = reader(zebra.storage.source(place))
        table.validate(full=True)
        names = table.schema.names  # decoded here
    except zebra.ZebraError:
        raise
    except (UnicodeError, *zebra.storage.faults(place)) as error:  # type: ignore[misc]
        msg = f"cannot read the labels {path!r}: {error}"
        raise zebra.ZebraError(msg) from error
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        msg = f"the labels {path!r} have the column {repeated!r} {names.count(repeated)} times; keep one"
        raise zebra.ZebraError(msg)
    return table


def _check_lines(path: str) -> None:
    """Raise ZebraError if a line of JSON would end the process in Arrow's parser: one that is nested too deeply, or null."""
    with zebra.storage.place(path).open("rb") as file:
        for number, line in enumerate(file, 1):
            if zebra.is_too_deep(line):
                msg = f"{path}, line {number} is nested too deeply for a table of labels; remove it"
                raise zebra.ZebraError(msg)
            if zebra.is_null(line):
                msg = f"{path}, line {number} is null, and not an object; remove it"
                raise zebra.ZebraError(msg)
