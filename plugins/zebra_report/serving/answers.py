"""What the local server answers: the page, pages of the pairs that match a query, and what else an instruction could have given."""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_report.page import Panel
from zebra_report.panels.pairs import SCRIPT, TITLE, about, described, entry_of, placed, without_pool
from zebra_report.panels.pairs_models import Models
from zebra_report.panels.pairs_possible import Possible
from zebra_report.panels.pairs_sample import as_columns
from zebra_report.serving.files import PairFiles
from zebra_report.serving.query import Matcher, Query

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MOST = 200
"""The number of pairs of an answer at most."""


@attrs.frozen(eq=False)
class Answers:
    """The pairs of a dataset in their files, and what was possible for each; one question is answered at a time."""

    matcher: Matcher
    models: Models
    places: Mapping[int, int]
    possible: Possible | None
    panel: Panel
    lock: Lock = attrs.field(factory=Lock)

    @classmethod
    def of(
        cls, dataset: zebra.Dataset, plugins: zebra.Plugins, lints: Mapping[str, zebra.LintResult], folder: Path
    ) -> Self:
        """Open the files of a dataset, and its pool again; an export is restored to `folder`."""
        files = PairFiles.of(dataset, folder)
        matching = {name: pa.array(sorted({*result.ids}), pa.string()) for name, result in lints.items() if result.ids}
        note, possible = "", None
        try:
            possible = Possible.of(dataset, plugins)
        except (zebra.ZebraError, OSError) as error:
            note = without_pool(error)
        models = Models.of(dataset)
        places = {number: place for place, number in enumerate(sorted({*models.index.values()}))}
        data = {
            **described(dataset, possible, note),
            "endpoint": "pairs",
            "models": models.described([*places]),
            "pool": models.named(models.superiorities, places),
            "values": {name: _frequencies(files, name) for name in ("chosen_model", "rejected_model", "source")},
            "lints": {name: len(ids) for name, ids in matching.items()},
        }
        panel = Panel(SCRIPT, TITLE, about(dataset, dataset.total), data)
        return cls(Matcher(files, matching), models, places, possible, panel)

    def answer(self, endpoint: str, parameters: Mapping[str, str]) -> object:
        """Return the answer to a question. Raise ZebraError if it is invalid, and KeyError for an unknown endpoint."""
        answers = {"pairs": self.pairs, "possible": self.possible_of}
        with self.lock:
            return answers[endpoint](parameters)

    def pairs(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Return `limit` of the pairs that match `query`, from number `start` of them."""
        query = Query.parse(parameters.get("query", "{}"))
        start, limit = _whole(parameters, "start", 0), min(_whole(parameters, "limit", MOST), MOST)
        places = self.matcher.matching(query)
        part = places[start : start + limit]
        columns = as_columns(self.matcher.files.rows(part)) if len(part) else {}
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return {"matched": len(places), "pairs": rows}

    def possible_of(self, parameters: Mapping[str, str]) -> dict[str, Any] | None:
        """Return what was possible for the pair number `place`, None if that is unknown."""
        place, total = _whole(parameters, "place", -1), self.matcher.files.total
        if not 0 <= place < total:
            msg = f"there is no pair {place}, only 0 to {total - 1}; reload the page"
            raise zebra.ZebraError(msg)
        if self.possible is None:
            return None
        pair = self.matcher.files.rows(np.array([place])).to_pylist()[0]
        numbers = self.models.numbers([pair["chosen_model"], pair["rejected_model"]])
        entry = entry_of(self.possible.of_id(pair["id"], place / total), numbers)
        return entry and placed(entry, self.places)


def _whole(parameters: Mapping[str, str], name: str, default: int) -> int:
    text = parameters.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        msg = f"{name!r} must be a whole number, got {text[:40]!r}; reload the page"
        raise zebra.ZebraError(msg)
    return int(text)


def _frequencies(files: PairFiles, name: str) -> list[tuple[str, int]]:
    """Return how often each value of a column occurs, the most frequent first."""
    column = pa.chunked_array([files.read(block, (name,)).column(0) for block in files.blocks])
    counts = [
        (row["values"], row["counts"]) for row in pc.value_counts(column).to_pylist() if row["values"] is not None
    ]
    return sorted(counts, key=lambda entry: -entry[1])


def as_json(value: object) -> bytes:
    """Return an answer as JSON."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
