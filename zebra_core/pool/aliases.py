"""The alias map: which name of the score table a name of the pool stands for. Nothing is matched by guess."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from zebra_core import storage
from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = ("pool", "score")


def read_aliases(path: str) -> dict[str, tuple[str, ...]]:
    """Read a CSV file with the columns `pool` and `score`; further columns, and lines that start with #, are for the reader.

    A name that stands on several lines has several names in the scores: those of one model in several tables. Raises
    ZebraError where the file cannot be read, or lacks a column.
    """
    try:
        with storage.place(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(line for line in file if not line.startswith("#"))
            lines = list(reader)
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        msg = f"cannot read the alias file {path!r}: {getattr(wrong, 'strerror', None) or wrong}"
        raise ZebraError(msg) from wrong
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        msg = f"the alias file {path!r} needs a first line with the columns pool,score; got {','.join(reader.fieldnames or ())}"
        raise ZebraError(msg)
    aliases: dict[str, tuple[str, ...]] = {}
    for line in lines:
        name, score = ((line[column] or "").strip() for column in COLUMNS)
        if name and score and score not in aliases.get(name, ()):
            aliases[name] = (*aliases.get(name, ()), score)
    return aliases


def canonical_names(aliases: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Return what to call a model that has several names in the scores: the first of them, by each of the others."""
    return {other: names[0] for names in aliases.values() for other in names[1:]}


def model_index(models: Iterable[str], aliases: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return the number in `models` of each name that a pool may use: the score name itself, and each alias.

    A name whose alias has no scores has none either, even where the table has a model of that very name.
    """
    numbers = {name: number for number, name in enumerate(models)}
    index = {name: number for name, number in numbers.items() if name not in aliases}
    index.update({name: numbers[scores[0]] for name, scores in aliases.items() if scores[0] in numbers})
    return index
