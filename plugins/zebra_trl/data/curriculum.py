"""The order of the pairs: in stages, from easy to hard or back (KARMA, section 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from torch.utils.data import Sampler

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from transformers import Trainer


class StagedSampler(Sampler[int]):
    """Yields rows in stages of equal size, sorted by a key; rows within a stage are shuffled anew in each epoch."""

    def __init__(self, keys: NDArray[np.float64], stages: int, seed: int) -> None:
        self.stages = np.array_split(np.argsort(keys, kind="stable"), stages)
        self.seed, self.epoch = seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch, which seeds the shuffling; accelerate calls this, also after resuming."""
        self.epoch = epoch

    def __len__(self) -> int:
        return sum(map(len, self.stages))

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng([self.seed, self.epoch])
        for stage in self.stages:
            yield from rng.permutation(stage).tolist()


def easiness(values: Sequence[float], by: str, direction: str) -> NDArray[np.float64]:
    """Return a key to sort by: pairs with a high value, such as a wide margin, are easy, and those of dissimilar models.

    Rows without a value come last.
    """
    keys = np.asarray(values, dtype=float)
    easy_first = keys if by == "similarity" else -keys
    return easy_first if direction == "easy-to-hard" else -easy_first


def with_sampler(trainer: type[Trainer], sampler: StagedSampler | None) -> type[Trainer]:
    """Return a trainer's class that draws its training rows with a sampler."""
    if sampler is None:
        return trainer

    class WithSampler(trainer):
        def _get_train_sampler(self, *_: object, **__: object) -> StagedSampler | None:
            return sampler

    WithSampler.__name__ = trainer.__name__
    return WithSampler
