"""Limits to the share of each pair of models: what a first look at the pool says, and each instruction then keeps to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from zebra_core.pairing.sampling import EVERY, PURPOSE, Shares
from zebra_core.pairing.strategy import most_desirable

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from numpy.typing import NDArray

    from zebra_core.pairing.candidates import Candidates
    from zebra_core.pairing.plan import Plan

MOST_ROWS, MOST_PAIRS = 65_536, 2_000_000
"""The first look remembers up to this many instructions, and pairs of their responses."""


def find_shares(plan: Plan, batches: Iterable[pa.RecordBatch], max_share: float) -> Shares:
    """Return the limits with which no pair of models makes up more than `max_share` of the picks of a pool.

    Instructions take the most wanted pair that is open to them, and a pair of models that too many take is closed to
    those with the highest draws, until none is: the deferred acceptance of Gale and Shapley (1962), whose result does not
    depend on an order, with the limits as the cutoffs of Azevedo and Leshno (2016). For a larger pool than is remembered
    the limits are those of the instructions with the lowest draws.
    """
    sample = _Sample()
    for batch in batches:
        for candidates, values in plan.values_of(batch):
            sample.add(candidates, values)
    return sample.shares(max_share, plan.pairing.masks.pairs)


@attrs.define(eq=False)
class _Rows:
    """Instructions of equally many pairs: a draw for each (n), and for each pair how much it is wanted, draw and key (n x pairs)."""

    draw: NDArray[np.uint64]
    values: NDArray[np.float64]
    bits: NDArray[np.uint64]
    keys: NDArray[np.uint64]

    def __getitem__(self, chosen: NDArray[np.bool_]) -> _Rows:
        return _Rows(*(getattr(self, field.name)[chosen] for field in attrs.fields(_Rows)))


@attrs.define(eq=False)
class _Sample:
    """The instructions with the lowest draws, whatever the order in which they are added."""

    parts: list[_Rows] = attrs.field(factory=list)
    limit: np.uint64 = EVERY

    def add(self, candidates: Candidates, values: NDArray[np.float64]) -> None:
        """Add instructions, and forget those with the highest draws if they are too many."""
        bits = candidates.pair_bits(PURPOSE)
        rows = _Rows(candidates.row_keys(PURPOSE), values, bits, candidates.pair_keys())
        self.parts.append(rows[rows.draw <= self.limit])
        if sum(part.values.size for part in self.parts) > 1.5 * MOST_PAIRS or self._count() > 2 * MOST_ROWS:
            self.trim()

    def _count(self) -> int:
        return sum(len(part.draw) for part in self.parts)

    def trim(self) -> None:
        """Keep the instructions with the lowest draws, as many as are to be remembered, at least one."""
        draws = np.concatenate([np.empty(0, np.uint64), *(part.draw for part in self.parts)])
        widths = np.repeat([part.values.shape[1] for part in self.parts], [len(part.draw) for part in self.parts])
        order = np.argsort(draws, kind="stable")
        kept = int(np.searchsorted(np.cumsum(widths[order]), MOST_PAIRS, side="right"))
        if min(kept, MOST_ROWS) < len(draws):
            self.limit = draws[order][max(min(kept, MOST_ROWS), 1) - 1]
            self.parts = [part[part.draw <= self.limit] for part in self.parts]

    def shares(self, max_share: float, pairs: int) -> Shares:
        """Return the limits for these instructions, each of which may give so many `pairs`."""
        self.trim()
        rows = [part for part in self.parts if len(part.draw)]
        keys = np.unique(np.concatenate([np.empty(0, np.uint64), *(part.keys.ravel() for part in rows)]))
        codes = [np.searchsorted(keys, part.keys) for part in rows]
        picks = [most_desirable(part.values, pairs) for part in rows]
        most = max(1, int(max_share * sum(int((pick >= 0).sum()) for pick in picks) + 1e-9))
        limits = np.full(len(keys), EVERY)
        while _lower(limits, most, [_taken(*part) for part in zip(rows, codes, picks, strict=True)]):
            for part, code, pick in zip(rows, codes, picks, strict=True):
                column = np.maximum(pick, 0)
                bits = np.take_along_axis(part.bits, column, axis=1)
                closed = ((pick >= 0) & (bits >= limits[np.take_along_axis(code, column, axis=1)])).any(axis=1)
                values = np.where(part.bits[closed] < limits[code[closed]], part.values[closed], -np.inf)
                pick[closed] = most_desirable(values, pairs)
        closed = limits < EVERY
        return Shares(keys[closed], limits[closed])


def _taken(
    rows: _Rows, codes: NDArray[np.int64], picks: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return the pair of models of each pick, by its code, and its draw."""
    at, nth = np.nonzero(picks >= 0)
    column = picks[at, nth]
    return codes[at, column], rows.bits[at, column]


def _lower(limits: NDArray[np.uint64], most: int, taken: list[tuple[NDArray[np.int64], NDArray[np.uint64]]]) -> bool:
    """Lower the limit of each pair of models that is taken more often than `most` times; return whether there was one."""
    codes = np.concatenate([np.empty(0, np.int64), *(code for code, _ in taken)])
    bits = np.concatenate([np.empty(0, np.uint64), *(bit for _, bit in taken)])
    counts = np.bincount(codes, minlength=len(limits))
    over = np.flatnonzero(counts > most)
    if not len(over):
        return False
    part = np.isin(codes, over)
    codes, bits = codes[part], bits[part]
    ordered = bits[np.lexsort((bits, codes))]
    starts = np.cumsum(counts[over]) - counts[over]
    limits[over] = ordered[starts + most]
    return True
