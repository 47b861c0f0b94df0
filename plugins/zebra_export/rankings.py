"""Rankings: all responses that the pairs of an instruction compare, best first."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import zebra_core as zebra


@attrs.frozen
class Ranked:
    """A response of a ranking: `rank` is 0 for the best, and the same for responses that are tied."""

    rank: int
    model: str
    superiority: float
    messages: list[dict[str, str]]


def superiority_of(dataset: zebra.Dataset) -> dict[str, float]:
    """Return the superiority of each model that a dataset has responses of."""
    return {name: model.superiority for name, model in dataset.manifest.summary.models.items()}


def rankings(
    rows: Iterable[dict[str, Any]], superiority: Mapping[str, float]
) -> Iterator[tuple[dict[str, Any], list[Ranked]]]:
    """Yield the first pair of each instruction, and the ranking of the responses in its pairs.

    The pairs of an instruction follow each other. Responses are ordered by superiority, unless a pair says otherwise: a chosen
    response always comes before the rejected one. Models of equal superiority that no pair compares are tied.
    """
    for _, group in groupby(rows, key=lambda row: row["id"]):
        pairs = list(group)
        texts = {row[f"{side}_model"]: row[side] for row in pairs for side in ("chosen", "rejected")}
        better = {(row["chosen_model"], row["rejected_model"]) for row in pairs}
        levels = _levels(list(texts), better, superiority)
        yield (
            pairs[0],
            [Ranked(rank, name, superiority[name], texts[name]) for rank, level in enumerate(levels) for name in level],
        )


def _levels(models: list[str], better: set[tuple[str, str]], superiority: Mapping[str, float]) -> list[list[str]]:
    """Return models by rank, those that are tied together."""
    levels: list[list[str]] = []
    remaining = sorted(models, key=lambda name: -superiority[name])
    while remaining:
        free = [name for name in remaining if not any((other, name) in better for other in remaining)]
        best = (free or remaining)[0]  # preferences that go in a circle have no best
        remaining.remove(best)
        level = levels[-1] if levels else []
        tied = (
            level and superiority[level[0]] == superiority[best] and not any((name, best) in better for name in level)
        )
        if tied:
            level.append(best)
        else:
            levels.append([best])
    return levels
