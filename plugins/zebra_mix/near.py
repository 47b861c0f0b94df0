"""Prompts that are nearly the same: MinHash signatures of their phrases, compared within buckets (Broder 1997; LSH by bands)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

import zebra_core as zebra
from zebra_mix.draw import bits

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from numpy.typing import NDArray

HASHES = 128
"""The numbers of a signature: two prompts agree in about as large a share of them as of their phrases (standard error at most .045)."""
WORDS = 3
"""The consecutive words of a phrase. A prompt of fewer words is alike only to an equal one."""
CERTAINTY = 0.99
"""The chance that two prompts as alike as the threshold share a bucket."""
NEIGHBOURS, NEIGHBOUR_KEYS = 64, 16
"""The signatures of a bucket that each is compared with, at most, and the numbers by which they are sorted before.

A bucket is larger if thousands of prompts share a long text that is not enough to make them alike, such as a system message.
"""
BLOCK = 4_096
"""The number of pairs of signatures that are compared at a time."""
MULTIPLIERS, ADDENDS = (bits(np.arange(HASHES, dtype=np.uint64), seed) for seed in (1, 2))


@attrs.frozen(eq=False)
class Clusters:
    """Prompts by their keys, ascending (n), and the number of the cluster that each is in (n)."""

    keys: NDArray[np.uint64]
    number: NDArray[np.int64]

    def of(self, prompts: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return the clusters of prompts that are among the keys."""
        return self.number[np.searchsorted(self.keys, prompts)]


def find_clusters(batches: Iterable[pa.Array], threshold: float) -> Clusters:
    """Return the clusters of prompts: connected are those whose share of common phrases is estimated at the threshold or above."""
    keys, prompts = [np.empty(0, np.uint64)], [np.empty((0, HASHES), np.uint32)]
    seen: set[int] = set()
    for batch in batches:
        names, first = np.unique(zebra.prompt_keys(batch), return_index=True)
        new = np.array([name not in seen for name in names.tolist()], bool)
        seen.update(names.tolist())
        keys.append(names[new])
        prompts.append(signatures(batch.take(first[new])))
    order = np.argsort(np.concatenate(keys))
    groups = _Groups(np.concatenate(prompts)[order], threshold)
    return Clusters(np.concatenate(keys)[order], groups.connected())


def signatures(prompts: pa.Array) -> NDArray[np.uint32]:
    """Return the signature of each prompt (n x 128): the lowest of its phrases' hashes under each of 128 functions."""
    row, phrases = zebra.prompt_phrases(prompts, WORDS)
    lowest = np.empty((len(prompts), HASHES), np.uint32)
    lowest[:] = (bits(zebra.prompt_keys(prompts), 3)[:, None] * MULTIPLIERS + ADDENDS) >> np.uint64(32)
    starts = np.flatnonzero(np.diff(row, prepend=-1))
    if len(starts):
        for place in range(HASHES):
            hashes = ((phrases * MULTIPLIERS[place] + ADDENDS[place]) >> np.uint64(32)).astype(np.uint32)
            lowest[row[starts], place] = np.minimum.reduceat(hashes, starts)
    return lowest


def band_rows(threshold: float) -> int:
    """Return the numbers of a band: as many as find two prompts at the threshold with certainty."""
    sizes = range(HASHES, 0, -1)
    return next((size for size in sizes if 1 - (1 - threshold**size) ** (HASHES // size) >= CERTAINTY), 1)


@attrs.define(eq=False)
class _Groups:
    """Groups of signatures (n x 128) that grow as more of them are connected; `root` is the first of the group of each (n)."""

    signatures: NDArray[np.uint32]
    threshold: float
    root: NDArray[np.int64] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.root = np.arange(len(self.signatures))

    def connected(self) -> NDArray[np.int64]:
        """Return the number of the group of each signature."""
        size = band_rows(self.threshold)
        for start in range(0, HASHES - size + 1, size):
            self._compare(*self._buckets(start, size))
        return np.unique(self.root, return_inverse=True)[1].astype(np.int64)

    def _buckets(self, start: int, size: int) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
        """Return the signatures in an order in which those of a bucket follow each other, and the bucket of each (both n).

        Within a bucket, they are sorted by the numbers after the band, so that those that are alike tend to be neighbours.
        """
        bucket = np.zeros(len(self.signatures), np.uint64)
        for column in self.signatures[:, start : start + size].T:
            bucket = bits(bucket ^ column, 0)
        after = self.signatures[:, np.arange(start + size, start + size + NEIGHBOUR_KEYS)[::-1] % HASHES]
        order = np.lexsort((*after.T, bucket))
        return order, bucket[order]

    def _compare(self, order: NDArray[np.int64], bucket: NDArray[np.uint64]) -> None:
        """Connect each signature with the next ones of its bucket that it is alike to."""
        for shift in range(1, min(NEIGHBOURS, len(order) - 1) + 1):
            place = np.flatnonzero(bucket[shift:] == bucket[:-shift])
            if not len(place):
                return
            one, other = order[place], order[place + shift]
            apart = self.root[one] != self.root[other]
            one, other = one[apart], other[apart]
            alike = self._are_alike(one, other)
            self._connect(one[alike], other[alike])

    def _are_alike(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
        alike = np.empty(len(one), bool)
        for start in range(0, len(one), BLOCK):
            rows = slice(start, start + BLOCK)
            equal = self.signatures[one[rows]] == self.signatures[other[rows]]
            alike[rows] = np.count_nonzero(equal, axis=1) >= self.threshold * HASHES
        return alike

    def _connect(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> None:
        """Join the groups of pairs of signatures: the later root points to the earlier one, until all point to the first."""
        while (self.root[one] != self.root[other]).any():
            earlier, later = np.sort([self.root[one], self.root[other]], axis=0)
            np.minimum.at(self.root, later, earlier)
            while (self.root != self.root[self.root]).any():
                self.root = self.root[self.root]
