"""The order of the pairs: in stages, from easy to hard or back (KARMA, section 5: from simpler to more complex distinctions)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from torch.utils.data import Sampler

if TYPE_CHECKING:
    from collections.abc import Iterator


class Staged(Sampler[int]):
    """Gives rows in stages of equal size, in the order of a key; within a stage they are shuffled, anew in each epoch."""

    def __init__(self, keys: np.ndarray[Any, Any], stages: int, seed: int) -> None:
        self.stages = np.array_split(np.argsort(keys, kind="stable"), stages)
        self.seed, self.epoch = seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Take the draw of an epoch; accelerate calls it, also when a training is resumed."""
        self.epoch = epoch

    def __len__(self) -> int:
        return sum(map(len, self.stages))

    def __iter__(self) -> Iterator[int]:
        rng = np.random.default_rng([self.seed, self.epoch])
        for stage in self.stages:
            yield from rng.permutation(stage).tolist()


def easiness(values: Any, by: str, direction: str) -> np.ndarray[Any, Any]:
    """Return a key to sort by: a wide margin is easy, and so is a pair of models that are unlike."""
    keys = np.asarray(values, dtype=float)
    easy_first = -keys if by == "margin" else keys
    return easy_first if direction == "easy-to-hard" else -easy_first


def ordered(trainer: type[Any], sampler: Staged | None) -> type[Any]:
    """Return the trainer's class with this sampler for the rows that it trains on."""
    if sampler is None:
        return trainer

    class Ordered(trainer):
        def _get_train_sampler(self, *_: Any, **__: Any) -> Staged | None:
            return sampler

    Ordered.__name__ = trainer.__name__
    return Ordered
