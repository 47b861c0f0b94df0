"""Prompts that are nearly the same: MinHash signatures of their phrases, compared within buckets (Broder 1997; LSH by bands)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

import zebra_core as zebra
from zebra_mix.draw import bits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

HASHES = 128
"""The numbers of a signature: two prompts agree in about as large a share of them as of their phrases (standard error at most .045)."""
WORDS = 3
"""The consecutive words of a phrase. A prompt of fewer words is alike only to an equal one."""
CERTAINTY = 0.99
"""The chance that two prompts as alike as the threshold share a bucket."""
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
    """Groups of signatures (n x 128) that grow as more of them are connected; `root` points towards one member of each."""

    signatures: NDArray[np.uint32]
    threshold: float
    root: list[int] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.root = list(range(len(self.signatures)))

    def connected(self) -> NDArray[np.int64]:
        """Return the number of the group of each signature."""
        size = band_rows(self.threshold)
        for start in range(0, HASHES - size + 1, size):
            band = self.signatures[:, start : start + size]
            for bucket in self._buckets(band):
                self._connect(bucket)
        return np.unique([self._find(at) for at in range(len(self.root))], return_inverse=True)[1].astype(np.int64)

    def _buckets(self, band: NDArray[np.uint32]) -> Iterator[NDArray[np.int64]]:
        """Yield the signatures that have the same band, unless they are in one group already."""
        hashes = np.zeros(len(band), np.uint64)
        for column in band.T:
            hashes = bits(hashes ^ column, 0)
        order = np.argsort(hashes, kind="stable")
        starts = np.flatnonzero(np.diff(hashes[order], prepend=~hashes[order[:1]]) != 0)
        sizes = np.diff(starts, append=len(order))
        for start, count in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
            bucket = order[start : start + count]
            if len({self._find(at) for at in bucket.tolist()}) > 1:
                yield bucket

    def _connect(self, bucket: NDArray[np.int64]) -> None:
        """Connect the signatures of a bucket, each with those that it is alike to."""
        remaining = bucket
        while len(remaining):
            queue, remaining = [int(remaining[0])], remaining[1:]
            while queue and len(remaining):
                one = queue.pop()
                alike = self._alike(one, remaining)
                for other in remaining[alike].tolist():
                    self.root[self._find(other)] = self._find(one)
                queue += remaining[alike].tolist()
                remaining = remaining[~alike]

    def _alike(self, one: int, others: NDArray[np.int64]) -> NDArray[np.bool_]:
        blocks = [others[start : start + BLOCK] for start in range(0, len(others), BLOCK)]
        shares = [(self.signatures[block] == self.signatures[one]).mean(axis=1) for block in blocks]
        return np.concatenate(shares) >= self.threshold

    def _find(self, at: int) -> int:
        while self.root[at] != at:
            self.root[at] = at = self.root[self.root[at]]
        return at
