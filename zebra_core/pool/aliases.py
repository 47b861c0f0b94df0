"""The score tables' name of each name in the pool, from an alias file or a component. Nothing is matched by guessing."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import attrs

from zebra_core import storage
from zebra_core.errors import PluginError, ZebraError, reading_fault
from zebra_core.plugins.component import attributed_to, call_on_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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


class AliasResolver(Protocol):
    """A component that finds a model of a pool among the models with scores."""

    def __call__(self, name: str, models: Sequence[str], /) -> str | None:
        """Return the name in the scores for a pool's `name`, one of `models`, or None if no model is the same for sure."""


@attrs.frozen
class Aliases:
    """The names of models in a pool that differ from those in the scores.

    `names` has those of an alias file, see `read_aliases`; `resolver` is asked about any other name that has no scores.
    """

    names: Mapping[str, tuple[str, ...]]
    resolver: AliasResolver | None = None

    def canonical_names(self) -> dict[str, str]:
        """Return the first of a model's several names in the scores, by each of the other names."""
        return {other: names[0] for names in self.names.values() for other in names[1:]}

    def index(self, models: Sequence[str]) -> ModelIndex:
        """Return the number in `models` of each name that a pool may use: the score name itself, and each alias.

        A name whose alias has no scores has none, even if the table has a model of that name.
        """
        numbers = {name: number for number, name in enumerate(models)}
        index = {name: number for name, number in numbers.items() if name not in self.names}
        index.update({name: numbers[scores[0]] for name, scores in self.names.items() if scores[0] in numbers})
        return ModelIndex(index, tuple(models), self.resolver, frozenset(self.names))


@attrs.frozen(eq=False)
class ModelIndex(Mapping[str, int]):
    """The numbers of models by a pool's name; it iterates over the names that are known without asking the resolver."""

    numbers: Mapping[str, int]
    models: tuple[str, ...] = ()
    resolver: AliasResolver | None = None
    stated: frozenset[str] = frozenset()
    answers: dict[str, int | None] = attrs.field(factory=dict)

    def __getitem__(self, name: str) -> int:
        """Return the number of a model. Raise KeyError if it has no scores."""
        number = self.numbers.get(name)
        if number is None and name and self.resolver is not None and name not in self.stated:
            number = self._resolved(name, self.resolver)
        if number is None:
            raise KeyError(name)
        return number

    def _resolved(self, name: str, resolver: AliasResolver) -> int | None:
        if name not in self.answers:
            answer: object = call_on_data(resolver, name, self.models)
            if answer is not None and answer not in self.models:
                with attributed_to(resolver):
                    msg = f"for {name!r} it must return a model with scores or None, got {answer!r:.60}"
                    raise PluginError(msg)
            self.answers[name] = None if answer is None else self.models.index(str(answer))
        return self.answers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.numbers)

    def __len__(self) -> int:
        return len(self.numbers)
