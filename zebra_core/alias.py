"""The alias map: which name of the score table a name of the pool stands for. Nothing is matched by guess."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from zebra_core import storage
from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = ("pool", "score")


def read_aliases(path: str) -> dict[str, str]:
    """Read a CSV file with the columns `pool` and `score`, one model a line; further columns are for the reader.

    Raises ZebraError where the file cannot be read, lacks a column, or gives a pool's name two meanings.
    """
    try:
        with storage.place(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            lines = [(reader.line_num, line) for line in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        msg = f"cannot read the alias file {path!r}: {getattr(wrong, 'strerror', None) or wrong}"
        raise ZebraError(msg) from wrong
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        msg = f"the alias file {path!r} needs a first line with the columns pool,score; got {','.join(reader.fieldnames or ())}"
        raise ZebraError(msg)
    aliases: dict[str, str] = {}
    for number, line in lines:
        name, score = (line[column] or "" for column in COLUMNS)
        if name and score and aliases.setdefault(name, score) != score:
            msg = f"{path}, line {number}: {name!r} is {aliases[name]!r} already, and cannot be {score!r} too; remove one of the lines"
            raise ZebraError(msg)
    return aliases


def model_index(models: Iterable[str], aliases: Mapping[str, str]) -> dict[str, int]:
    """Return the number in `models` of each name that a pool may use: the score name itself, and each alias.

    A name whose alias has no scores has none either, even where the table has a model of that very name.
    """
    numbers = {name: number for number, name in enumerate(models)}
    index = {name: number for name, number in numbers.items() if name not in aliases}
    index.update({name: numbers[score] for name, score in aliases.items() if score in numbers})
    return index
