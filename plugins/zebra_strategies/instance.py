"""Strategies and the rule that look at each instruction: ratings, or a seeded draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    import zebra_core as zebra

    Matrix = NDArray[np.float64]


@attrs.frozen
class Random:
    """Two models drawn with the run's seed: the baseline of every strategy."""

    per_instruction: ClassVar = True

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> Matrix:  # noqa: ARG002
        """Return a draw for each pair of each instruction."""
        return candidates.draw()


@attrs.frozen
class BestRandom:
    """The best model that answered against another, drawn with the run's seed (Zephyr, ultrafeedback_binarized)."""

    per_instruction: ClassVar = True

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> Matrix:
        """Return a draw for each pair, and less for each model that is better than both."""
        rank = behavior.rank[candidates.models]
        return candidates.draw() - np.minimum(rank[:, :, None], rank[:, None, :])


@attrs.frozen
class Rlaif:
    """The pool's own ratings, best against next best, whose rule passes over equal ratings: the papers' baseline."""

    per_instruction: ClassVar = True
    default_rule: ClassVar = "rating"

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> Matrix:  # noqa: ARG002
        """Return the sum of the two ratings, -inf where one is missing."""
        one, other = _both(candidates)
        return np.nan_to_num(one + other, nan=-np.inf)


@attrs.frozen
class RatingRule:
    """The response that the pool rates higher is chosen; equal or missing ratings tie."""

    per_instruction: ClassVar = True

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> Matrix:  # noqa: ARG002
        """Return the difference of the two ratings."""
        one, other = _both(candidates)
        return np.nan_to_num(one - other, nan=0.0)


def _both(candidates: zebra.Candidates) -> tuple[Matrix, Matrix]:
    ratings = candidates.ratings
    return ratings[:, :, None], ratings[:, None, :]
