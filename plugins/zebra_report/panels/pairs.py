"""The panel in which the pairs of a dataset are browsed: which were chosen, how they differ, and why they were made."""

from __future__ import annotations

import gzip
import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np
import pyarrow as pa

import zebra_core as zebra
from zebra_report.page import Panel
from zebra_report.panels.pairs_models import Models
from zebra_report.panels.pairs_possible import BYTES, REASONS, Possible
from zebra_report.panels.pairs_sample import CARRIED, as_columns, sample_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_report.panels.pairs_possible import Entry

SCRIPT, TITLE = "pairs", "Browse the pairs"
SIZE = 3_000_000
"""The size of the pairs that a page carries, compressed, in bytes."""
PROBED = 200
"""The number of pairs by which the size of all of them is estimated."""


@attrs.define(eq=False)
class Browsing:
    """The pairs that a page carries, and what else their instructions could have given, as far as the pool has been read.

    `note` says why nothing else is known, if the pool cannot be read again.
    """

    dataset: zebra.Dataset
    pairs: pa.Table
    ids: pa.Array
    possible: Possible | None
    note: str = ""
    entries: dict[str, list[Entry]] = attrs.field(factory=lambda: defaultdict(list))
    size: int = 0

    @classmethod
    def of(cls, dataset: zebra.Dataset, plugins: zebra.Plugins) -> Self:
        """Return up to 5,000 pairs of a dataset, fewer if they are long."""
        pairs = _thinned(sample_pairs(dataset, CARRIED))
        ids = pa.array(sorted({*pairs["id"].to_pylist()}), pa.string())
        try:
            return cls(dataset, pairs, ids, Possible.of(dataset, plugins))
        except (zebra.ZebraError, OSError) as error:
            return cls(dataset, pairs, ids, None, without_pool(error))

    def see(self, batch: pa.RecordBatch) -> None:
        """Take from a batch of the pool what was possible for the pairs, up to `BYTES` of the pool."""
        if self.possible is not None and self.size <= BYTES:
            self.size += batch.nbytes
            self.possible.add(batch, self.ids, self.entries)
            pa.default_memory_pool().release_unused()  # else it keeps what the batch needed

    def panel(self, lints: Mapping[str, zebra.LintResult]) -> Panel:
        """Return the panel, with the lints that match the pairs. The pool is read if no batch has been seen."""
        if self.possible is not None and not self.size:
            self._read(self.possible.pool)
        pairs, models = self.pairs, Models.of(self.dataset)
        sides = [pairs[side].to_pylist() for side in ("chosen_model", "rejected_model")]
        numbers = [models.numbers(side) for side in sides]
        ids = pairs["id"].to_pylist()
        made = [entry_of(self.entries.get(name, ()), pair) for name, *pair in zip(ids, *numbers, strict=True)]
        places = _places(numbers, made)
        choices, choice = _distinct([entry and placed(entry, places) for entry in made])
        data = {
            **described(self.dataset, self.possible, self.note),
            "models": models.described([*places]),
            "pool": models.named([*sides[0], *sides[1]], places),
            "pairs": {**as_columns(pairs), "choice": choice},
            "choices": choices,
            "lints": {name: _rows_of(result.ids, ids) for name, result in lints.items() if result.ids},
        }
        return Panel(SCRIPT, TITLE, about(self.dataset, len(ids)), data)

    def _read(self, pool: zebra.Pool) -> None:
        try:
            for batch in pool.batches():
                self.see(batch)
                if self.size > BYTES or len(self.entries) == len(self.ids):
                    return
        except (zebra.ZebraError, OSError) as error:
            self.note, self.possible = without_pool(error), None


def about(dataset: zebra.Dataset, count: int) -> str:
    """Return what the panel is, and how many of the pairs it has."""
    text = (
        "Every pair with the reason for which it was made. In this part the keys j and k, or the arrow keys, go to the next pair "
        "and to the one before."
    )
    if count == dataset.total:
        return text
    folder = zebra.markup.printable(dataset.folder.name)
    return f"{text}\n\n{count:,} of {dataset.total:,} pairs, evenly spread; `zebra report {folder} --serve` shows all."


def without_pool(error: Exception) -> str:
    """Return the note of a panel without what else was possible."""
    return f"What else was possible is left out, because the pool cannot be read again: {error}"


def described(dataset: zebra.Dataset, possible: Possible | None, note: str) -> dict[str, Any]:
    """Return what the panel says about the run."""
    recipe = dataset.manifest.recipe
    return {
        "total": dataset.total,
        "rule": str(recipe.get("rule", "")),
        "strategy": str(recipe.get("strategy", "")),
        "reasons": list(possible.reasons if possible else REASONS),
        "note": note,
    }


def entry_of(entries: Sequence[Entry], pair: Sequence[int | None]) -> Entry | None:
    """Return which of the instructions with the id of a pair has both of its models, None if none has."""
    return next((entry for entry in entries if {*pair} <= {*entry["models"]}), None)


def placed(entry: Entry, places: Mapping[int, int]) -> Entry:
    """Return an entry whose models are numbered by their places."""
    pairs = [[places[better], places[worse], *rest] for better, worse, *rest in entry["pairs"]]
    return {**entry, "models": [places[number] for number in entry["models"]], "pairs": pairs}


def _places(sides: Sequence[Sequence[int | None]], entries: Sequence[Entry | None]) -> dict[int, int]:
    """Return the place of each model that a pair or an entry names, best first."""
    numbers = {number for side in sides for number in side if number is not None}
    numbers.update(number for entry in entries if entry for number in entry["models"])
    return {number: place for place, number in enumerate(sorted(numbers))}


def _distinct(entries: Sequence[Entry | None]) -> tuple[list[Entry], list[int]]:
    """Return the distinct entries, and the number of each one among them, -1 for none."""
    distinct: dict[str, Entry] = {}
    numbers: dict[str, int] = {}
    rows = []
    for entry in entries:
        text = json.dumps(entry)
        if entry is not None and text not in distinct:
            distinct[text], numbers[text] = entry, len(numbers)
        rows.append(numbers.get(text, -1))
    return [*distinct.values()], rows


def _rows_of(ids: Sequence[str], names: Sequence[str]) -> list[int]:
    """Return which rows have one of the ids."""
    matching = {*ids}
    return [row for row, name in enumerate(names) if name in matching]


def _thinned(pairs: pa.Table) -> pa.Table:
    """Return as many pairs as fit in `SIZE`, evenly spread, by the size of some of them."""
    count = pairs.num_rows
    probed = _evenly(count, PROBED)
    text = json.dumps(as_columns(pairs.take(probed)), ensure_ascii=False)
    size = len(gzip.compress(text.encode(), 1)) / max(len(probed), 1)
    most = max(1, int(SIZE / max(size, 1)))
    return pairs if count <= most else pairs.take(_evenly(count, most))


def _evenly(count: int, most: int) -> np.ndarray:
    return np.unique(np.linspace(0, count - 1, min(count, most)).astype(int))
