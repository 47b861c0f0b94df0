"""Labels that someone has: a judge's or people's, of responses or of pairs. They measure; nothing that builds a dataset may read them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet as pq

from zebra_core import storage
from zebra_core.alias import read_aliases
from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Mapping

ID = ("id", "instruction_id", "prompt_id")
JUDGE = ("annotator", "judge", "labeler")
MODEL = ("model", "generator")
SCORE = ("win", "score", "rating")
FIRST, SECOND = ("model_a", "chosen_model", "model_1"), ("model_b", "rejected_model", "model_2")
WINNER = ("winner", "preferred")


@attrs.frozen(eq=False)
class Labels:
    """What each judge says: a score of each response, by instruction and model, or which model's response won."""

    scores: dict[str, dict[tuple[str, str], float]]
    wins: dict[str, dict[tuple[str, str, str], float]]
    names: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)

    @property
    def judges(self) -> list[str]:
        """The judges, in the order of their names."""
        return sorted({*self.scores, *self.wins})

    def verdict(self, judge: str, row: str, chosen: str, rejected: str) -> float:
        """Return 1 where the judge prefers the response of `chosen`, -1 for the other, 0 for a tie, NaN where nothing is known."""
        better, worse = self._name(chosen), self._name(rejected)
        scores = self.scores.get(judge, {})
        if (row, better) in scores and (row, worse) in scores:
            gap = scores[row, better] - scores[row, worse]
            return math.copysign(1, gap) if gap else 0.0
        wins = self.wins.get(judge, {})
        if (row, better, worse) in wins:
            return wins[row, better, worse]
        return -wins.get((row, worse, better), math.nan)

    def _name(self, model: str) -> str:
        return self.names.get(model, (model,))[0]


def read_labels(path: str, alias: str = "") -> Labels:
    """Read a table of labels: parquet, CSV or JSON lines.

    Of responses: id, model, score (or win, rating) [, annotator]. Of pairs: id, model_a, model_b, winner (a model, `a`, `b` or
    `tie`) [, annotator]. `alias` is a CSV file of the dataset's model names and the table's (pool,score). A score that is missing
    is none. Raises ZebraError for another table.
    """
    table = _table(path)
    columns = {name: next((c for c in names if c in table.column_names), None) for name, names in _KNOWN.items()}
    names = read_aliases(alias) if alias else {}
    labels = Labels({}, {}, names)
    judges = table[columns["judge"]].to_pylist() if columns["judge"] else ["judge"] * len(table)
    if columns["id"] and columns["model"] and columns["score"]:
        rows = zip(judges, *(table[columns[name]].to_pylist() for name in ("id", "model", "score")), strict=True)
        for judge, row, model, score in rows:
            value = _number(score, f"{path}: the score of {model} on {row}")
            if not math.isnan(value):
                labels.scores.setdefault(str(judge), {})[str(row), str(model)] = value
    elif columns["id"] and columns["first"] and columns["second"] and columns["winner"]:
        found = zip(
            judges, *(table[columns[name]].to_pylist() for name in ("id", "first", "second", "winner")), strict=True
        )
        for judge, row, one, other, winner in found:
            said = {one: 1.0, "a": 1.0, "model_a": 1.0, other: -1.0, "b": -1.0, "model_b": -1.0, "tie": 0.0}.get(winner)
            if said is not None:
                labels.wins.setdefault(str(judge), {})[str(row), one, other] = said
    if not labels.judges:
        msg = (
            f"{path} is no table of labels: wanted are the columns id, model and score, or id, model_a, model_b and winner "
            f"(and annotator, where there are several); it has {', '.join(table.column_names)}"
        )
        raise ZebraError(msg)
    return labels


def _number(score: Any, where: str) -> float:
    """Return a score, NaN where there is none; ZebraError for what is no number."""
    try:
        return math.nan if score is None or score == "" else float(score)
    except (TypeError, ValueError) as wrong:
        msg = f"{where} is no number: {score!r}"
        raise ZebraError(msg) from wrong


_KNOWN = {"id": ID, "judge": JUDGE, "model": MODEL, "score": SCORE, "first": FIRST, "second": SECOND, "winner": WINNER}


def _table(path: str) -> pa.Table:
    place, suffix = storage.place(path), Path(path).suffix
    readers: dict[str, Any] = {
        ".parquet": pq.read_table,
        ".csv": pyarrow.csv.read_csv,
        ".jsonl": pyarrow.json.read_json,
    }
    if suffix not in readers:
        msg = f"a table of labels is a .parquet, .csv or .jsonl file, got {path!r}"
        raise ZebraError(msg)
    try:
        return readers[suffix](storage.source(place))
    except (OSError, pa.ArrowException) as wrong:
        msg = f"cannot read the labels {path!r}: {wrong}"
        raise ZebraError(msg) from wrong
