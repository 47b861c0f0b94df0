"""The rule and the strategy that look for agreement among the responses to an instruction, besides the scores."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

import attrs
import numpy as np

import zebra_core as zebra
from zebra_strategies.model import STEEPNESS
from zebra_strategies.words import consensus

LEAST = 0.02
"""Added to the standard deviation of the consensus, so that responses that hardly differ are not told apart by noise."""
positive = attrs.validators.ge(0)


@attrs.frozen
class _Consensus:
    """Superiority, plus how much closer a response is to the others to its instruction than they are on average."""

    per_instruction: ClassVar = True
    pairwise: ClassVar = True
    weight: float = zebra.option(
        0.2, "What one standard deviation of consensus is worth, in superiority.", validator=positive
    )
    focus: float = zebra.option(
        4.0,
        "How much more the responses of better models count: exp(focus x superiority).",
        validator=[positive, attrs.validators.le(20)],
    )

    def lead(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> zebra.Matrix:
        """Return how far the row's response is ahead of the column's (n x k x k), antisymmetric."""
        value = behavior.superiority[candidates.models] + self.weight * _deviations(behavior, candidates, self.focus)
        return np.asarray(value[:, :, None] - value[:, None, :])


@attrs.frozen
class Consensus(_Consensus):
    """The response of higher superiority, unless the other is much closer to what the other models answered."""

    steepness: float = zebra.option(
        1.8, "How fast confidence grows with the lead; `zebra audit --calibrate` fits it.", validator=positive
    )

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> zebra.Matrix:
        """Return how far the row's response is ahead of the column's (n x k x k)."""
        return self.lead(behavior, candidates)


@attrs.frozen
class ConsensusSim(_Consensus):
    """The most alike whose label is certain by scores and consensus: similarity^power x (2 x sigmoid(3.5 x lead) - 1)."""

    default_rule: ClassVar = "consensus"
    power: float = zebra.option(8.0, "How much similarity counts against certainty.", validator=positive)

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> zebra.Matrix:
        """Return how desirable each pair is (n x k x k)."""
        similarity = behavior.similarity[candidates.models[:, :, None], candidates.models[:, None, :]]
        certainty = np.tanh(STEEPNESS * np.abs(self.lead(behavior, candidates)) / 2)
        return np.asarray(np.maximum(similarity, 0) ** self.power * certainty)


@lru_cache(maxsize=1)  # the strategy and the rule ask for the same candidates, one after the other
def _deviations(behavior: zebra.Behavior, candidates: zebra.Candidates, focus: float) -> zebra.Matrix:
    """Return how many standard deviations the consensus of each response is above its instruction's mean (n x k)."""
    weights = np.exp(focus * (behavior.superiority - 1))[candidates.models]
    near = np.round(consensus(candidates.responses, weights), 9)
    spread = near.std(axis=1, keepdims=True) + LEAST
    return np.asarray((near - near.mean(axis=1, keepdims=True)) / spread)
