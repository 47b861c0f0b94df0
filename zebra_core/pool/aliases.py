"""The alias file: the score table's name of each name in the pool. Nothing is matched by guessing."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from zebra_core import storage
from zebra_core.errors import ZebraError, reading_fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = ("pool", "score")


def read_aliases(path: str) -> dict[str, tuple[str, ...]]:
    """Read a CSV file with the columns `pool` and `score`; further columns, and lines that start with #, are ignored.

    A name on several lines has several names in the scores: those of one model in several tables. Raise ZebraError if the
    file cannot be read, or lacks a column.
    """
    aliases: dict[str, dict[str, None]] = {}
    for line in _read_lines(path):
        name, score = ((line[column] or "").strip() for column in COLUMNS)
        if name and score:
            aliases.setdefault(name, {})[score] = None
    return {name: tuple(scores) for name, scores in aliases.items()}


def _read_lines(path: str) -> list[dict[str, str | None]]:
    """Return the lines of an alias file as dictionaries. Raise ZebraError if it cannot be read, or lacks a column."""
    try:
        with storage.place(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(line for line in file if not line.startswith("#"))
            lines = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        msg = f"cannot read the alias file {path!r}: {reading_fault(error)}"
        raise ZebraError(msg) from error
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        msg = f"the alias file {path!r} needs a first line with the columns pool,score; got {','.join(reader.fieldnames or ())}"
        raise ZebraError(msg)
    return lines


def canonical_names(aliases: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return the first of a model's several names in the scores, by each of the other names."""
    return {other: names[0] for names in aliases.values() for other in names[1:]}


def model_index(models: Iterable[str], aliases: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return the number in `models` of each name that a pool may use: the score name itself, and each alias.

    A name whose alias has no scores has none, even if the table has a model of that name.
    """
    numbers = {name: number for number, name in enumerate(models)}
    index = {name: number for name, number in numbers.items() if name not in aliases}
    index.update({name: numbers[scores[0]] for name, scores in aliases.items() if scores[0] in numbers})
    return index
