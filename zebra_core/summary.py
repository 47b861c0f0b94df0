"""What a run did, in figures, and what of it should make the user think."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from zebra_core.behavior import DECIMALS
from zebra_core.dataset import IDENTICAL
from zebra_core.errors import nearest
from zebra_core.rejects import counted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zebra_core.dataset import Plan, Tally

HINTED = 12
"""For how many models without scores the closest name is looked for; it takes a while among thousands of names."""
DOMINANT = 0.9
"""The share of the pairs above which one pair of models is said to make up the data."""


def summarise(plan: Plan, tally: Tally, used: Counter[tuple[str, str]]) -> dict[str, Any]:
    """Return the figures of a run: plain values, in a fixed order, the same for any number of workers."""
    behavior, index = plan.behavior, plan.index
    chosen, rejected = Counter[str](), Counter[str]()
    for (better, worse), count in used.items():
        chosen[better] += count
        rejected[worse] += count
    pairs = sorted(used.items(), key=lambda item: (-item[1], item[0]))
    counts = np.array([count for _, count in pairs], dtype=np.float64)
    ids = np.array([(index[better], index[worse]) for (better, worse), _ in pairs], dtype=np.int64).reshape(-1, 2)
    gaps = behavior.superiority[ids[:, 0]] - behavior.superiority[ids[:, 1]]
    alike = behavior.similarity[ids[:, 0], ids[:, 1]]
    unscored = sorted(
        ((name, n) for name, n in tally.answered.items() if name not in index), key=lambda item: (-item[1], item[0])
    )
    scored = {name for name in tally.answered if name in index}
    return {
        "rows": tally.rows,
        "pairs": tally.pairs,
        "left_out": dict(sorted(tally.left_out.items(), key=lambda item: (-item[1], item[0]))),
        "rejected_rows": len(tally.rejected),
        "empty_responses": tally.empty,
        "unscored": {
            name: {"responses": count, "closest": nearest(name, index) if place < HINTED else None}
            for place, (name, count) in enumerate(unscored)
        },
        "models": {
            name: {
                "scores_of": behavior.models[index[name]],
                "superiority": float(behavior.superiority[index[name]]),
                "chosen": chosen[name],
                "rejected": rejected[name],
            }
            for name in sorted(scored, key=lambda name: (index[name], name))
        },
        "model_pairs": _nested(pairs),
        "mean_margin": _mean(gaps, counts),
        "mean_similarity": _mean(alike, counts),
    }


def remarks(plan: Plan, tally: Tally, used: Counter[tuple[str, str]]) -> list[str]:
    """Say where rows could not be used, and where a choice did nothing, or made the data collapse."""
    found = []
    if tally.rejected:
        found.append(f"{counted(tally.rejected)}; rejected_rows.jsonl has them all")
    threshold = plan.pairing.masks.threshold
    present = sorted({plan.index[name] for name in tally.answered if name in plan.index})
    similar = [plan.behavior.similarity[i, j] for i, j in combinations(present, 2)]
    if similar and min(similar) >= threshold:
        least = f"the two least alike models of the pool are at {min(similar):.3f}"
        found.append(f"--threshold {threshold:g} excludes no pair: {least}")
    if used:
        (better, worse), most = max(used.items(), key=lambda item: (item[1], item[0]))
        if most > DOMINANT * tally.pairs:
            found.append(f"one pair of models makes up {most / tally.pairs:.0%} of the data: {better} over {worse}")
    picked = tally.pairs + tally.left_out[IDENTICAL]
    if plan.rival is not None and picked and tally.as_rival == picked:
        found.append(f"strategy {plan.pairing.name} picks the same pairs as {plan.rival.name} on this pool")
    return found


def _nested(pairs: list[tuple[tuple[str, str], int]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (better, worse), count in pairs:
        found.setdefault(better, {})[worse] = count
    return found


def _mean(values: Iterable[float], counts: Iterable[float]) -> float | None:
    weight = np.asarray(counts)
    return round(float((np.asarray(values) * weight).sum() / weight.sum()), DECIMALS) if weight.sum() else None
