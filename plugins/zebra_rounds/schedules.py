"""The schedules: `static`, `easy-to-hard`, `uncertain`, `mix` and `on-policy`."""

from __future__ import annotations

from typing import Any, ClassVar

import attrs
import numpy as np

import zebra_core as zebra

SHARE = [attrs.validators.gt(0), attrs.validators.le(1)]


def static(candidates: zebra.CandidatePairs) -> zebra.Picked:
    """The pairs of the strategy, the same in every round (the papers)."""
    return zebra.Picked(-candidates.rank.astype(np.float64))


@attrs.frozen
class EasyToHard:
    """First pairs of models that are little alike, then ever more similar ones: the similarity threshold rises.

    The candidates are divided by similarity into as many parts as there are rounds. In each round the less similar parts are
    closed, and the strategy chooses in the part of the round; an instruction without a pair there gives one of a later part.
    """

    def __call__(self, candidates: zebra.CandidatePairs) -> zebra.Picked:
        """Return how desirable each pair is."""
        low, high = (
            np.quantile(candidates.similarity, number / candidates.rounds) if len(candidates) else 0.0
            for number in (candidates.round - 1, candidates.round)
        )
        later = candidates.similarity > high
        order = -candidates.rank - later * (candidates.rank.max(initial=0) + 1.0)
        return zebra.Picked(np.where(candidates.similarity >= low, order, -np.inf))


@attrs.frozen
class Uncertain:
    """The pairs that the policy gets least right among those whose label is likely to be right.

    As in arXiv 2508.04149, pairs of small implicit reward margins are kept. In the first round the strategy decides.
    """

    confident: float = zebra.option(0.5, "Share of the candidates, those of the highest confidence.", validator=SHARE)
    share: float = zebra.option(
        0.5, "Share of the instructions, those of the smallest margins, after the first round.", validator=SHARE
    )

    def __call__(self, candidates: zebra.CandidatePairs) -> zebra.Picked:
        """Return how desirable each pair is."""
        if candidates.round == 1 or not len(candidates):
            return static(candidates)
        certain = candidates.confidence >= np.quantile(candidates.confidence, 1 - self.confident)
        usable = certain & ~np.isnan(candidates.policy_margin)
        desirability = np.where(usable, -candidates.policy_margin, -np.inf)
        best = np.full(candidates.instruction.max() + 1, -np.inf)
        np.maximum.at(best, candidates.instruction, desirability)
        reached = best[np.isfinite(best)]
        least = np.quantile(reached, 1 - self.share) if len(reached) else np.inf
        return zebra.Picked(np.where(best[candidates.instruction] >= least, desirability, -np.inf))


@attrs.frozen
class Mix:
    """The pairs of the strategy; the policy learns the hard ones by the chosen response alone, and the others easy to hard.

    As in MixDPO (arXiv 2602.00954), hard pairs have the smallest margins, and their loss is that of SFT. The margin is the
    policy's implicit one, and in the first round the models' superiority gap.
    """

    hard: float = zebra.option(0.3, "Share of the picked pairs that are hard.", validator=SHARE)

    training_options: ClassVar[dict[str, Any]] = {
        "sft_where": "hard",
        "curriculum": "easy-to-hard",
        "curriculum_by": "ease",
    }

    def __call__(self, candidates: zebra.CandidatePairs) -> zebra.Picked:
        """Return how desirable each pair is, and which are hard."""
        ease = candidates.margin if candidates.round == 1 else np.nan_to_num(candidates.policy_margin, nan=-np.inf)
        first = candidates.rank == 0
        limit = np.quantile(ease[first], self.hard) if first.any() else 0.0
        return zebra.Picked(static(candidates).desirability, {"ease": ease, "hard": ease <= limit})


@attrs.frozen
class OnPolicy:
    """The pairs of the strategy, in a pool that the policy of each round joins with its own responses and scores."""

    temperature: float = zebra.option(1.0, "Temperature of the policy's responses.", validator=attrs.validators.ge(0))
    max_tokens: int = zebra.option(512, "Most tokens of a response of the policy.", validator=attrs.validators.ge(1))

    @property
    def sampling(self) -> dict[str, Any]:
        """How the policy answers."""
        return {"temperature": self.temperature, "max_tokens": self.max_tokens}

    def __call__(self, candidates: zebra.CandidatePairs) -> zebra.Picked:
        """Return how desirable each pair is."""
        return static(candidates)
