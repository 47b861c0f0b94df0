"""The papers' anchoring strategies, their relatives, the preference rules, and the papers' setting as a recipe."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_strategies() -> zebra.Components:
    """Offer the strategies by name; a second name of the same one is an alias (KARMA's K_score, K_sim, K_(score,sim))."""
    from zebra_strategies.consensus import ConsensusSim
    from zebra_strategies.instance import BestRandom, Random, Rlaif
    from zebra_strategies.model import SupSim, confident_sim, consistent, delta, hard, max_min, sim, sup

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
        "hard": hard,
        "consensus-sim": ConsensusSim,
        "consistent": consistent,
        "best-random": BestRandom,
        "random": Random,
        "rlaif": Rlaif,
    }


@zebra.hookimpl
def zebra_rules() -> zebra.Components:
    """Offer the rules by name."""
    from zebra_strategies.consensus import Consensus
    from zebra_strategies.instance import RatingRule
    from zebra_strategies.model import Superiority

    return {"superiority": Superiority, "consensus": Consensus, "rating": RatingRule}


@zebra.hookimpl
def zebra_recipes() -> zebra.Components:
    """Offer the papers' setting, which is one for both."""
    from zebra_strategies.recipes import papers

    return {"zebra-paper": papers, "karma-paper": papers}


@zebra.hookimpl
def zebra_defaults() -> dict[str, str]:
    """Pair what is hard and right by default; `superiority` is the rule of a strategy that brings none of its own."""
    return {"strategy": "consensus-sim", "rule": "superiority"}
