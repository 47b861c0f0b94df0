"""A plain reference of the strategies, for one instruction, in the papers' words; slow and clear."""

from __future__ import annotations

from itertools import combinations

import zebra_core as zebra


def scored(behavior: zebra.Behavior, answered: list[str]) -> list[str]:
    """The distinct models with scores that answered, best first; equal superiority in the order of the names."""
    return sorted({m for m in answered if m in behavior.models}, key=lambda m: (-sup(behavior, m), m))


def sup(behavior: zebra.Behavior, model: str) -> float:
    return float(behavior.superiority[behavior.models.index(model)])


def sim(behavior: zebra.Behavior, one: str, other: str) -> float:
    return float(behavior.similarity[behavior.models.index(one), behavior.models.index(other)])


def allowed(behavior: zebra.Behavior, models: list[str], tau: float, min_gap: float) -> list[tuple[str, str]]:
    """Pairs (better, worse) that keep to the masks and are no tie, in order of the better model, then of the worse."""
    return [
        (a, b)
        for a, b in combinations(models, 2)
        if sim(behavior, a, b) >= tau
        and sup(behavior, a) > sup(behavior, b)
        and round(sup(behavior, a) - sup(behavior, b), 12) >= min_gap
    ]


def pick(
    behavior: zebra.Behavior, answered: list[str], strategy: str, tau: float = 0.1, min_gap: float = 0.0
) -> tuple[str, str] | None:
    """Return (chosen, rejected), or None where the instruction gives no pair."""
    pairs = allowed(behavior, scored(behavior, answered), tau, min_gap)
    if not pairs:
        return None
    if strategy == "sim":
        return max(pairs, key=lambda p: sim(behavior, *p))  # the most alike; max keeps the first of equals
    best = max(sup(behavior, a) for a, _ in pairs)
    of_best = [p for p in pairs if sup(behavior, p[0]) == best]
    if strategy == "sup":
        return max(of_best, key=lambda p: sup(behavior, p[1]))  # the best, with the next best
    return max(of_best, key=lambda p: sim(behavior, *p))  # the best, with the one most alike to it
