"""Strategies and the rule that look at each instruction: ratings, a seeded draw, or the lengths of the responses."""

from __future__ import annotations

from typing import ClassVar

import attrs
import numpy as np

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
class LikeLength:
    """The most alike among those whose responses are of like length: the longer has at most `ratio` times the characters.

    An instruction without two such responses gives no pair. What remains cannot teach a taste for length.
    """

    per_instruction: ClassVar = True
    pairwise: ClassVar = True
    ratio: float = zebra.option(
        1.25, "How many times the shorter response the longer one may be.", validator=attrs.validators.ge(1)
    )

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> zebra.Matrix:
        """Return the similarity of each pair of responses of like length, -inf for any other."""
        rows, columns = candidates.lengths[:, :, None], candidates.lengths[:, None, :]
        alike = np.maximum(rows, columns) <= self.ratio * np.minimum(rows, columns)
        similarity = behavior.similarity[candidates.models[:, :, None], candidates.models[:, None, :]]
        return np.where(alike, similarity, -np.inf)


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
