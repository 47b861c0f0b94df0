"""The papers' anchoring strategies, their relatives, and the preference rules."""

from __future__ import annotations

import zebra_core as zebra
from zebra_anchoring.instance import BestRandom, Random, RatingRule, Rlaif
from zebra_anchoring.model import SupSim, confident_sim, consistent, delta, max_min, sim, sup, superiority


@zebra.hookimpl
def zebra_strategies() -> zebra.Components:
    """Offer the strategies by name; a second name for the same is an alias (KARMA's K_score, K_sim, K_(score,sim))."""
    return {
        "sup": sup,
        "k_score": sup,
        "sim": sim,
        "k_sim": sim,
        "sup+sim": SupSim,
        "k_score_sim": SupSim,
        "delta": delta,
        "max-min": max_min,
        "confident-sim": confident_sim,
        "consistent": consistent,
        "best-random": BestRandom,
        "random": Random,
        "rlaif": Rlaif,
    }


@zebra.hookimpl
def zebra_rules() -> zebra.Components:
    """Offer the rules by name."""
    return {"superiority": superiority, "rating": RatingRule}
