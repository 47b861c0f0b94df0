"""Which pairs two datasets share, which have their labels reversed, and which are others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from zebra_report.comparison.columns import Columns

SAME, REVERSED, OTHER, ALONE = range(4)
"""What a pair is to another dataset: in it, in it with the labels reversed, another pair of an instruction of it, or of none."""
_MULTIPLIERS = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], dtype=np.uint64)
"""Those of splitmix64, a mixing function."""


@attrs.frozen(eq=False)
class Match:
    """How the pairs of two datasets relate; `first` and `second` have SAME, REVERSED, OTHER or ALONE for each pair.

    Instructions are the same if they have the same id and text, or the same text if more of them match by that (`by`).
    """

    by: Literal["id", "prompt"]
    first: NDArray[np.int8]
    second: NDArray[np.int8]
    keys: tuple[NDArray[np.uint64], NDArray[np.uint64]]

    @property
    def shared(self) -> int:
        """The number of pairs of the first dataset whose instruction the second has."""
        return int((self.first != ALONE).sum())

    def count(self, relation: int, side: int = 0) -> int:
        """Return the number of pairs of one of the datasets that relate so to the other."""
        return int(((self.first, self.second)[side] == relation).sum())

    def partner(self, row: int) -> int:
        """Return the first pair of the second dataset with the instruction of a pair of the first one."""
        return int(np.flatnonzero(self.keys[1] == self.keys[0][row])[0])


def match(first: Columns, second: Columns) -> Match:
    """Match the pairs of two datasets."""
    by: Literal["id", "prompt"] = "id"
    keys = [_mixed(each.hashes["id"], each.hashes["prompt"]) for each in (first, second)]
    prompts = [each.hashes["prompt"] for each in (first, second)]
    if np.isin(prompts[0], prompts[1]).sum() > np.isin(keys[0], keys[1]).sum():
        by, keys = "prompt", prompts
    pairs = [_pairs(key, each.hashes) for key, each in zip(keys, (first, second), strict=True)]
    relations = [_relations((keys[one], pairs[one]), (keys[1 - one], pairs[1 - one])) for one in (0, 1)]
    return Match(by, relations[0], relations[1], (keys[0], keys[1]))


def _pairs(keys: NDArray[np.uint64], hashes: Mapping[str, NDArray[np.uint64]]) -> dict[int, NDArray[np.uint64]]:
    """Return a hash of each pair, and of each with its labels reversed."""
    chosen, rejected = hashes["chosen"], hashes["rejected"]
    return {SAME: _mixed(keys, chosen, rejected), REVERSED: _mixed(keys, rejected, chosen)}


def _relations(
    own: tuple[NDArray[np.uint64], Mapping[int, NDArray[np.uint64]]],
    other: tuple[NDArray[np.uint64], Mapping[int, NDArray[np.uint64]]],
) -> NDArray[np.int8]:
    relations = np.where(np.isin(own[0], other[0]), OTHER, ALONE).astype(np.int8)
    for relation in (REVERSED, SAME):
        relations[np.isin(own[1][relation], other[1][SAME])] = relation
    return relations


def _mixed(*columns: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return one hash of several, which depends on their order."""
    mixed = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        mixed = mixed * np.uint64(3) + column
        for multiplier, shift in zip(_MULTIPLIERS, (30, 27), strict=True):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * multiplier
        mixed ^= mixed >> np.uint64(31)
    return mixed
