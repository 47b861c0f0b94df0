"""Strategies and the rule that look at each instruction: ratings, or a seeded draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np

if TYPE_CHECKING:
    import zebra_core as zebra


@attrs.frozen
class Random:
    """Two models drawn with the run's seed: the baseline of every strategy."""

    per_instruction: ClassVar = True
    pairwise: ClassVar = True

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> zebra.Matrix:  # noqa: ARG002
        """Return a draw for each pair of each instruction."""
        return candidates.draw()


@attrs.frozen
class BestRandom:
    """The best model that answered against another, drawn with the run's seed (Zephyr, ultrafeedback_binarized)."""

    per_instruction: ClassVar = True
    pairwise: ClassVar = True

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> zebra.Matrix:
        """Return a draw for each pair, minus the rank of its better model."""
        rank = behavior.rank[candidates.models]
        return candidates.draw() - np.minimum(rank[:, :, None], rank[:, None, :])


@attrs.frozen
class Rlaif:
    """The pool's own ratings, best against next best, with a rule that skips equal ratings: the papers' baseline."""

    per_instruction: ClassVar = True
    pairwise: ClassVar = True
    default_rule: ClassVar = "rating"

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> zebra.Matrix:  # noqa: ARG002
        """Return the sum of the two ratings, -inf if either is missing."""
        rows, columns = _ratings(candidates)
        return np.nan_to_num(rows + columns, nan=-np.inf)


@attrs.frozen
class RatingRule:
    """The response that the pool rates higher is chosen; equal or missing ratings tie."""

    per_instruction: ClassVar = True
    pairwise: ClassVar = True

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> zebra.Matrix:  # noqa: ARG002
        """Return the difference of the two ratings."""
        rows, columns = _ratings(candidates)
        return np.nan_to_num(rows - columns, nan=0.0)


def _ratings(candidates: zebra.Candidates) -> tuple[zebra.Matrix, zebra.Matrix]:
    """Return the ratings along the rows and along the columns of a pair matrix."""
    ratings = candidates.ratings
    return ratings[:, :, None], ratings[:, None, :]
