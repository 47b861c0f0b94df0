"""What a run counted, and what in it the user should know."""

from __future__ import annotations

from collections import Counter
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING

import attrs
import numpy as np

from zebra_core.behavior import BLOCK, DECIMALS
from zebra_core.dataset.manifest import ModelUsage, Summary, UnscoredModel
from zebra_core.errors import ZebraError, nearest
from zebra_core.pairing.hardness import hardness
from zebra_core.pairing.plan import IDENTICAL
from zebra_core.pairing.strategy import TIED
from zebra_core.pool.rejects import describe_rejects

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa
    from numpy.typing import NDArray

    from zebra_core.behavior import Behavior
    from zebra_core.pairing.plan import Plan, Tally

    ModelPairs = Counter[tuple[str, str]]

COUNTED = ("chosen_model", "rejected_model", "margin", "similarity")
"""The columns that `recount` reads."""
HINTED = 12
"""The number of unscored models for which the closest name is looked up; that is slow among thousands of names."""
DOMINANT_SHARE = 0.9
"""The share of the pairs above which one pair of models dominates the data."""
NUMBERS, MODELS = ("one", "two", "three"), 5
"""So few pairs of models are too few for data; two and three of them only if the pool has so many models."""


def summarise(plan: Plan, tally: Tally, used: ModelPairs) -> Summary:
    """Return the statistics of a run, in a fixed order, the same for any number of workers."""
    behavior, index = plan.behavior, plan.index
    chosen, rejected = Counter[str](), Counter[str]()
    for (better, worse), count in used.items():
        chosen[better] += count
        rejected[worse] += count
    pairs = _ordered(used)
    counts = np.array([count for _, count in pairs], dtype=np.float64)
    ids = np.array([(index[better], index[worse]) for (better, worse), _ in pairs], dtype=np.int64).reshape(-1, 2)
    gaps = behavior.superiority[ids[:, 0]] - behavior.superiority[ids[:, 1]]
    similarity = behavior.pair_similarity(ids[:, 0], ids[:, 1])
    scored = sorted((name for name in tally.answered if name in index), key=lambda name: (index[name], name))
    return Summary(
        rows=tally.rows,
        pairs=tally.pairs,
        left_out=dict(sorted(tally.left_out.items(), key=lambda item: (-item[1], item[0]))),
        rejected_rows=len(tally.rejected),
        empty_responses=tally.empty,
        unscored=_unscored(plan, tally),
        models={
            name: ModelUsage(
                behavior.models[index[name]],
                float(behavior.superiority[index[name]]),
                chosen[name],
                rejected[name],
            )
            for name in scored
        },
        model_pairs=_nested(pairs),
        mean_margin=_mean(gaps, counts),
        mean_similarity=_mean(similarity, counts),
        mean_hardness=_mean(hardness(gaps, similarity), counts),
    )


def _unscored(plan: Plan, tally: Tally) -> dict[str, UnscoredModel]:
    names = [(name, count) for name, count in tally.answered.items() if name not in plan.index]
    ordered = sorted(names, key=lambda item: (-item[1], item[0]))
    return {
        name: UnscoredModel(count, nearest(name, plan.index) if place < HINTED else None)
        for place, (name, count) in enumerate(ordered)
    }


def recount(summary: Summary, batches: Iterable[pa.RecordBatch]) -> Summary:
    """Return the summary with the counts and means of these pairs, which are some of those that it summarises."""
    used, sums = Counter[tuple[str, str]](), np.zeros(3)
    for batch in batches:
        used.update(zip(batch["chosen_model"].to_pylist(), batch["rejected_model"].to_pylist(), strict=True))
        margin, similarity = (np.asarray(batch[name], dtype=np.float64) for name in ("margin", "similarity"))
        sums += [values.sum() for values in (margin, similarity, hardness(margin, similarity))]
    chosen, rejected = Counter[str](), Counter[str]()
    for (better, worse), count in used.items():
        chosen[better] += count
        rejected[worse] += count
    margins, similarities, hardnesses = (round(float(value), DECIMALS) for value in sums / used.total())
    return attrs.evolve(
        summary,
        pairs=used.total(),
        models={
            name: attrs.evolve(model, chosen=chosen[name], rejected=rejected[name])
            for name, model in summary.models.items()
        },
        model_pairs=_nested(_ordered(used)),
        mean_margin=margins,
        mean_similarity=similarities,
        mean_hardness=hardnesses,
    )


def remarks(plan: Plan, tally: Tally, used: ModelPairs) -> tuple[str, ...]:
    """Say which rows could not be used, and which choice had no effect or made the data collapse."""
    notes = []
    if tally.rejected:
        notes.append(f"{describe_rejects(tally.rejected)}; rejected_rows.jsonl lists them all")
    threshold = plan.pairing.masks.threshold
    present = sorted({plan.index[name] for name in tally.answered if name in plan.index})
    lowest = _least_similarity(plan.behavior, present, threshold)
    if lowest is not None:
        least = f"the two least similar models of the pool are at {lowest:.3f}"
        notes.append(f"--threshold {threshold:g} excludes no pair: {least}")
    collapse = _collapse(plan, tally, used, len(present))
    if collapse:
        notes.append(collapse)
    picked = tally.pairs + tally.left_out[IDENTICAL]
    if plan.baseline is not None and picked and tally.same_as_baseline == picked:
        notes.append(f"strategy {plan.pairing.name} picks the same pairs as {plan.baseline.name} on this pool")
    return tuple(notes)


def _collapse(plan: Plan, tally: Tally, used: ModelPairs, models: int) -> str:
    """Say that a few pairs of models make up the data, and which flag spreads it; nothing if it is spread."""
    ordered = _ordered(used)
    sizes = np.cumsum([count for _, count in ordered])
    few = int(np.searchsorted(sizes, DOMINANT_SHARE * tally.pairs, side="right")) + 1
    if few > len(NUMBERS) or (few > 1 and models < MODELS):
        return ""
    names = ", ".join(f"{better} over {worse}" for (better, worse), _ in ordered[:few])
    what = "one pair of models makes" if few == 1 else f"{NUMBERS[few - 1]} pairs of models make"
    note = f"{what} up {sizes[few - 1] / tally.pairs:.0%} of the data: {names}"
    pairing, sampling = plan.pairing, plan.pairing.sampling
    if models < 3 or (pairing.allowed.size and pairing.allowed.sum() <= 2 * few):  # there is no other pair
        return note
    if tally.crowded > DOMINANT_SHARE * (tally.rows - tally.left_out.total()) and not sampling.candidates:
        return f"{note}; --candidates 4 draws four of the responses to each instruction, so that more models meet"
    return note if sampling.max_share < 1 else f"{note}; --max-share 0.1 limits each pair of models to a tenth of it"


def _least_similarity(behavior: Behavior, models: list[int], threshold: float) -> float | None:
    """Return the lowest similarity of two of the models, in blocks; None if it is below the threshold."""
    if len(models) < 2:
        return None
    lowest = np.inf
    blocks = [models[start : start + BLOCK] for start in range(0, len(models), BLOCK)]
    for one, other in combinations_with_replacement(blocks, 2):
        some = behavior.take(sorted({*one, *other})).similarity
        lowest = min(lowest, some[np.triu_indices(len(some), 1)].min(initial=np.inf))
        if lowest < threshold:
            return None
    return float(lowest)


def _ordered(used: ModelPairs) -> list[tuple[tuple[str, str], int]]:
    """Return the pairs of models, the most frequent first."""
    return sorted(used.items(), key=lambda item: (-item[1], item[0]))


def _nested(pairs: list[tuple[tuple[str, str], int]]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for (better, worse), count in pairs:
        nested.setdefault(better, {})[worse] = count
    return nested


def _mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    return round(float((values * weights).sum() / weights.sum()), DECIMALS)


def check_pairs(plan: Plan, tally: Tally) -> None:
    """Raise ZebraError, with the reasons, if not one pair came out of the pool."""
    if tally.pairs:
        return
    models, scored = sorted(tally.answered), sorted(plan.index)
    if models and not set(models) & set(scored):
        msg = (
            f"no model of the pool has scores: the pool has {', '.join(map(repr, models[:5]))}, the scores have "
            f"{', '.join(map(repr, scored[:5]))}; check --scores, map the names with --alias, or measure a model with "
            "`zebra evaluate MODEL --add-to TABLE`"
        )
        raise ZebraError(msg)
    left_out = [f"{count} x {reason}" for reason, count in tally.left_out.most_common()]
    rejected = [describe_rejects(tally.rejected)] if tally.rejected else []
    reasons = ", ".join(left_out + rejected) or "the pool has no row"
    looks_at_rows = plan.pairing.per_instruction or plan.preference.per_instruction
    if TIED in tally.left_out and looks_at_rows and not tally.rated:
        reasons += " (the pool has no ratings, if the strategy or the rule needs them)"
    masks = plan.pairing.masks
    optional = {"--min-confidence": masks.min_confidence, "--length-ratio": masks.length_ratio}
    flags = ["--filter"] * bool(plan.filters) + [
        "--scores",
        "--threshold",
        *(flag for flag, on in optional.items() if on),
    ]
    remedy = f"check {', '.join(flags)} and --min-gap" if left_out else "check the file after --pool"
    msg = f"no pair came out of {tally.rows} rows: {reasons}; {remedy}"
    raise ZebraError(msg)
