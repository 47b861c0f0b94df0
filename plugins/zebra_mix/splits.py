"""Which pairs are in which split: all pairs of prompts that are alike in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import zebra_core as zebra
from zebra_mix.draw import bits, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def divide(clusters: NDArray[np.int64], shares: Mapping[str, float], seed: int) -> NDArray[np.int64]:
    """Return the number of the split of each row (n), from the number of the cluster of each.

    The largest cluster comes first, and equal ones in an order by chance; each goes to the split that lacks the most rows.
    Raise ZebraError if a split gets none.
    """
    sizes = np.bincount(clusters)
    lacking = rounded([share * len(clusters) for share in shares.values()], len(clusters))
    split = np.zeros(len(sizes), np.int64)
    for cluster in np.lexsort((bits(np.arange(len(sizes), dtype=np.uint64), seed), -sizes)).tolist():
        split[cluster] = number = max(range(len(lacking)), key=lacking.__getitem__)
        lacking[number] -= int(sizes[cluster])
    for number, (name, share) in enumerate(shares.items()):
        if not (split == number).any():
            msg = (
                f"the split {name!r} gets no pair: {share:g} of {len(clusters):,} pairs, and near-duplicates are kept together "
                f"({len(sizes):,} groups); give it a larger share, or raise --near-duplicates"
            )
            raise zebra.ZebraError(msg)
    return split[clusters]
