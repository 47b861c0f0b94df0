"""A query of the page: filters, a search and an order, and the pairs that match them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_report.panels.pairs_sample import NUMBERS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from zebra_report.serving.files import Block, PairFiles

Bound = float | None
LENGTH = "length"
MATCHED = {"chosen": "chosen_model", "rejected": "rejected_model", "source": "source"}
"""The columns that must equal a value of the query, if it is not empty."""


@attrs.frozen
class Query:
    """What the page asks for: `ranges` by number, `sort` a number with the direction, such as "margin down", empty for no order.

    `models` are those of which one must be in the pair, None for any; `lint` is the name of one that must match.
    """

    search: str = ""
    chosen: str = ""
    rejected: str = ""
    source: str = ""
    lint: str = ""
    sort: str = ""
    models: tuple[str, ...] | None = None
    ranges: tuple[tuple[str, Bound, Bound], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the query of a JSON object. Raise ZebraError if it is not one."""
        try:
            values = json.loads("" if zebra.is_too_deep(text.encode()) else text)
            models, ranges = values.pop("models", None), values.pop("ranges", {})
            bounds = tuple((_known(name), _bound(each["from"]), _bound(each["to"])) for name, each in ranges.items())
            query = cls(**values, models=None if models is None else tuple(map(str, models)), ranges=bounds)
            for value in (*values.values(), *(models or ())):
                str.encode(value)  # raises what is handled below, unless it is text
            _ = query.order
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            msg = f"the query is invalid: {text[:200]!r}; reload the page"
            raise zebra.ZebraError(msg) from error
        return query

    @property
    def order(self) -> tuple[str, int]:
        """The number that is ordered by, and 1 or -1. Raise ValueError for another one."""
        if not self.sort:
            return "", 1
        name, _, direction = self.sort.partition(" ")
        return _known(name), {"up": 1, "down": -1}[direction]

    @property
    def numbers(self) -> list[str]:
        """The numbers that are needed to answer."""
        names = [name for name, *_ in self.ranges] + [self.order[0]]
        return [name for name in dict.fromkeys(names) if name]

    @property
    def columns(self) -> list[str]:
        """The columns that are needed to answer, without texts."""
        equal = [column for field, column in MATCHED.items() if getattr(self, field)]
        either = ["chosen_model", "rejected_model"] if self.models is not None else []
        numbers = [name for name in self.numbers if name != LENGTH]
        return [*dict.fromkeys([*equal, *either, *numbers, *(["id"] if self.lint else [])])]


def _known(name: str) -> str:
    if name not in (*NUMBERS, LENGTH):
        raise ValueError(name)
    return name


def _bound(value: object) -> Bound:
    if value is not None and not (isinstance(value, int | float) and math.isfinite(value)):
        raise TypeError(value)
    return value


@attrs.define(eq=False)
class Matcher:
    """Answers queries about the pairs in files; `lints` has the ids that each lint matches."""

    files: PairFiles
    lints: Mapping[str, pa.Array]
    lengths: dict[int, NDArray[np.float64]] = attrs.field(factory=dict)
    last: tuple[Query | None, NDArray[np.int64]] = (None, np.empty(0, np.int64))

    def matching(self, query: Query) -> NDArray[np.int64]:
        """Return the numbers of the pairs that match, in order. The last answer is kept, for the next page of it."""
        previous, places = self.last
        if previous != query:
            places = self._matching(query)
            self.last = (query, places)
        return places

    def _matching(self, query: Query) -> NDArray[np.int64]:
        if query == Query():
            return np.arange(self.files.total)
        name, sign = query.order
        places, values = [np.empty(0, np.int64)], [np.empty(0)]
        for block in self.files.blocks:
            columns = self._columns(block, query)
            matches = self._filtered(block, query, columns)
            places.append(block.start + np.flatnonzero(matches))
            values.append(columns[name][matches] if name else np.zeros(int(matches.sum())))
        numbers, ordered = np.concatenate(places), np.concatenate(values)
        return numbers[np.lexsort((numbers, sign * ordered))] if name else numbers

    def _columns(self, block: Block, query: Query) -> dict[str, Any]:
        """Return the columns that a query needs: numbers as arrays with NaN for none, others as Arrow arrays."""
        batch = self.files.read(block, query.columns) if query.columns else None
        columns: dict[str, Any] = {} if batch is None else dict(zip(query.columns, batch.columns, strict=True))
        for name in query.numbers:
            columns[name] = (
                self._ratios(block)
                if name == LENGTH
                else np.asarray(columns[name].to_numpy(zero_copy_only=False), float)
            )
        return columns

    def _ratios(self, block: Block) -> NDArray[np.float64]:
        """Return how long each chosen response of a block is, relative to the rejected one; NaN if that is empty."""
        if block.start not in self.lengths:
            batch = self.files.read(block, ("chosen", "rejected"))
            chosen, rejected = (
                pc.utf8_length(zebra.message_texts(column)).to_numpy(zero_copy_only=False) for column in batch.columns
            )
            self.lengths[block.start] = np.divide(
                chosen, rejected, out=np.full(len(chosen), np.nan), where=rejected > 0
            )
        return self.lengths[block.start]

    def _filtered(self, block: Block, query: Query, columns: Mapping[str, Any]) -> NDArray[np.bool_]:
        matches = np.ones(block.rows, bool)
        for field, column in MATCHED.items():
            if getattr(query, field):
                matches &= _as_mask(pc.equal(columns[column], getattr(query, field)))
        if query.models is not None:
            names = pa.array(query.models, pa.string())
            matches &= _as_mask(pc.is_in(columns["chosen_model"], names)) | _as_mask(
                pc.is_in(columns["rejected_model"], names)
            )
        if query.lint:
            matches &= _as_mask(pc.is_in(columns["id"], self.lints.get(query.lint, pa.array([], pa.string()))))
        for name, low, high in query.ranges:
            matches &= (columns[name] >= (-np.inf if low is None else low)) & (
                columns[name] <= (np.inf if high is None else high)
            )
        return matches & self._texts_match(block, query.search) if query.search and matches.any() else matches

    def _texts_match(self, block: Block, search: str) -> NDArray[np.bool_]:
        """Return which pairs of a block have a text in prompt, chosen or rejected, in any case."""
        matches = np.zeros(block.rows, bool)
        for name in TEXTS:
            texts = zebra.message_texts(self.files.read(block, (name,)).column(0))
            matches |= _as_mask(pc.match_substring(texts, search, ignore_case=True))
        return matches


def _as_mask(values: pa.Array) -> NDArray[np.bool_]:
    mask: NDArray[np.bool_] = pc.fill_null(values, False).to_numpy(zero_copy_only=False)  # noqa: FBT003
    return mask
