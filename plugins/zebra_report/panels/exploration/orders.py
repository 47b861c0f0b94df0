"""Pairs of each instruction in the order in which a strategy wants them, without those that no setting of the masks lets it take."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]

NARROW = 120
"""Up to so many pairs per instruction all of them are kept, for any number of pairs that an instruction may give."""
ROUNDS = 50
"""So many pairs of an instruction are compared with the later ones, which leave out almost all that can be left out."""


@attrs.frozen(eq=False)
class Orders:
    """Of each instruction (n) the pairs that may be taken, the most desirable first, and then others that satisfy the masks.

    `pairs` is flat and numbered as by `np.triu_indices`; `lengths` (n) says how many are an instruction's, `open` (n) how many
    of these may be taken, and `like` (n) how many are of like length.
    """

    pairs: Integers
    lengths: Integers
    open: Integers
    like: Integers


def order_pairs(values: Floats, like: NDArray[np.bool_], masked: tuple[Floats, ...], limit: int) -> Orders:
    """Order pairs by their values (n x pairs), -inf if one may not be taken.

    Each of `masked` (n x pairs) has a least value by the masks. Of many pairs those are left out that `limit` others come before
    which satisfy the masks whenever they do: an instruction gives at most `limit` pairs.
    """
    n, count = values.shape
    order = np.argsort(-values, axis=1, kind="stable")
    order = np.take_along_axis(order, np.argsort(~np.take_along_axis(like, order, 1), axis=1, kind="stable"), axis=1)
    row, pair = np.repeat(np.arange(n), count), order.ravel()
    if count > NARROW:
        row, pair = _undominated(row, pair, tuple(np.take_along_axis(each, order, 1).ravel() for each in masked), limit)
    taken, alike = values[row, pair] > -np.inf, like[row, pair]
    return Orders(
        pair,
        np.bincount(row, minlength=n),
        np.bincount(row[taken], minlength=n),
        np.bincount(row[alike], minlength=n),
    )


def _undominated(row: Integers, pair: Integers, masked: tuple[Floats, ...], limit: int) -> tuple[Integers, Integers]:
    """Return the pairs, flat and in the given order, that fewer than `limit` earlier ones of their row dominate."""
    rows, pairs, dominated = [], [], np.zeros(len(row), np.int64)
    for _ in range(ROUNDS):
        if not len(row):
            break
        starts = np.flatnonzero(np.diff(row, prepend=-1))
        rows.append(row[starts])
        pairs.append(pair[starts])
        best = np.repeat(starts, np.diff(starts, append=len(row)))
        dominated += np.logical_and.reduce([each <= each[best] for each in masked])
        kept = dominated < limit
        kept[starts] = False
        row, pair, dominated = row[kept], pair[kept], dominated[kept]
        masked = tuple(each[kept] for each in masked)
    every = np.concatenate([*rows, row])
    order = np.argsort(every, kind="stable")
    return every[order], np.concatenate([*pairs, pair])[order]
