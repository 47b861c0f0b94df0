"""Strategies and the rule that depend only on the models: one expression over (models x models) each."""

from __future__ import annotations

from typing import ClassVar

import attrs
import numpy as np

import zebra_core as zebra

STEEPNESS = 3.5
"""How fast confidence grows with the gap, as in the column `confidence`."""


@zebra.pairwise
def sup(behavior: zebra.Behavior) -> zebra.Matrix:
    """The two of highest superiority (ZEBRA 3.5 strategy 1, KARMA K_score)."""
    return best_first(behavior, -np.maximum.outer(behavior.rank, behavior.rank))


@zebra.pairwise
def sim(behavior: zebra.Behavior) -> zebra.Matrix:
    """The two most alike (ZEBRA 3.5 strategy 2, KARMA K_sim)."""
    return behavior.similarity


@attrs.frozen
class SupSim:
    """The one of highest superiority with the one most alike to it (ZEBRA 3.5 strategy 3, KARMA K_(score,sim))."""

    baseline: ClassVar = "sup"
    pairwise: ClassVar = True

    def __call__(self, behavior: zebra.Behavior) -> zebra.Matrix:
        """Return how desirable each pair is (models x models)."""
        return best_first(behavior, behavior.similarity)


@zebra.pairwise
def delta(behavior: zebra.Behavior) -> zebra.Matrix:
    """The two with the largest gap in superiority (delta learning: the strong over the weak)."""
    return np.abs(behavior.gap)


@zebra.pairwise
def max_min(behavior: zebra.Behavior) -> zebra.Matrix:
    """The one of highest superiority with the one of lowest; unlike delta, it keeps the best if masks exclude the worst."""
    return best_first(behavior, np.abs(behavior.gap))


@zebra.pairwise
def confident_sim(behavior: zebra.Behavior) -> zebra.Matrix:
    """The most alike whose order is certain: similarity times 2 x sigmoid(3.5 x gap) - 1, which is 0 for a coin toss."""
    return np.asarray(behavior.similarity * np.tanh(STEEPNESS * np.abs(behavior.gap) / 2))


@zebra.pairwise
def hard(behavior: zebra.Behavior) -> zebra.Matrix:
    """The hardest to tell apart: similarity x (1 - gap); with --min-confidence, the hardest whose order is that certain."""
    return zebra.hardness(behavior.gap, behavior.similarity)


@zebra.pairwise
def consistent(behavior: zebra.Behavior) -> zebra.Matrix:
    """The two whose better model wins on the most benchmarks; ties go to the wider gap."""
    ahead = np.sign(behavior.vectors[:, None, :] - behavior.vectors[None, :, :]) * np.sign(behavior.gap)[:, :, None]
    return np.asarray((ahead > 0).sum(axis=2) + np.abs(behavior.gap) / 2)


@attrs.frozen
class Superiority:
    """The response of the model with higher superiority is chosen (KARMA Eq. 3, ZEBRA 3.6); equal ones tie."""

    pairwise: ClassVar = True
    steepness: float | None = zebra.option(
        None,
        "How fast confidence grows with the gap; if it is not given, the errors of the scores decide, or else 3.5.",
        validator=attrs.validators.optional(attrs.validators.ge(0)),
    )

    def __call__(self, behavior: zebra.Behavior) -> zebra.Matrix:
        """Return the gap in superiority (models x models)."""
        return behavior.gap


def best_first(behavior: zebra.Behavior, desirability: zebra.Matrix) -> zebra.Matrix:
    """Order pairs by their better model first, and by `desirability` (models x models) only among equals."""
    best = np.minimum.outer(behavior.rank, behavior.rank)
    span = np.ptp(desirability) + 1.0
    return desirability - span * best
