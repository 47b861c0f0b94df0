"""Strategies side by side, before anyone pays for training."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_study.audit import judge_pairs, measure_agreement

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from zebra_study.audit import Agreement
    from zebra_study.labels import Labels

KEPT = ("id", "source", "chosen_model", "rejected_model", "margin", "similarity", "confidence")


@attrs.frozen(eq=False)
class StrategyPreview:
    """The pairs that a strategy would make: columns without texts, with the lengths of the two responses in characters."""

    strategy: str
    rows: int
    pairs: dict[str, list[Any]]

    @property
    def statistics(self) -> dict[str, float]:
        """What can be said about the pairs without a judge."""
        count = len(self.pairs["id"])
        models = np.unique([f"{a}\0{b}" for a, b in self.models], return_counts=True)[1] / max(count, 1)
        chosen, rejected = self.lengths
        lengths = chosen - rejected
        margin, similarity = (np.array(self.pairs[name], dtype=float) for name in ("margin", "similarity"))
        return {
            "pairs": count,
            "kept": count / max(self.rows, 1),
            "model pairs": len(models),
            "as many as": float(1 / (models**2).sum()) if count else 0.0,
            "margin": float(margin.mean()) if count else float("nan"),
            "similarity": float(similarity.mean()) if count else float("nan"),
            "hardness": float(zebra.hardness(margin, similarity).mean()) if count else float("nan"),
            "chosen longer": float((lengths > 0).mean() + 0.5 * (lengths == 0).mean()) if count else float("nan"),
            "margin ~ length": zebra.rank_correlation(margin, lengths),
        }

    @property
    def lengths(self) -> tuple[NDArray[Any], NDArray[Any]]:
        """The lengths of the chosen and of the rejected responses."""
        return np.array(self.pairs["chosen"]), np.array(self.pairs["rejected"])

    @property
    def models(self) -> list[tuple[str, str]]:
        """The chosen and the rejected model of each pair."""
        return list(zip(self.pairs["chosen_model"], self.pairs["rejected_model"], strict=True))

    def overlap(self, other: StrategyPreview) -> float:
        """Return the share of pairs with the same instruction and models, among those of either (Jaccard)."""
        own, others = ({*zip(preview.pairs["id"], preview.models, strict=True)} for preview in (self, other))
        return len(own & others) / max(len(own | others), 1)

    def agreement(self, labels: Labels, judge: str) -> Agreement:
        """Return how often a judge agrees with the pairs."""
        return measure_agreement(self.pairs, judge_pairs(self.pairs, labels, judge), self.lengths)


def preview_strategies(
    recipe: zebra.Recipe, strategies: Sequence[str], plugins: zebra.Plugins | None = None
) -> list[StrategyPreview]:
    """Return what each strategy would make of a recipe's pool, which is read once. Raise what `zebra.prepare` raises."""
    plugins = zebra.load_plugins(recipe.plugins) if plugins is None else plugins
    runs = [zebra.prepare(attrs.evolve(recipe, strategy=name), plugins) for name in strategies]
    columns: list[dict[str, list[Any]]] = [{name: [] for name in (*KEPT, "chosen", "rejected")} for _ in runs]
    rows = 0
    for batch in runs[0].pool.batches():
        rows += batch.num_rows
        for run, pairs in zip(runs, columns, strict=True):
            _append(run.plan(batch)[0], pairs)
    return [StrategyPreview(name, rows, pairs) for name, pairs in zip(strategies, columns, strict=True)]


def _append(batch: pa.RecordBatch, pairs: dict[str, list[Any]]) -> None:
    """Append a batch of pairs, with the lengths of their texts only; a response is one message."""
    for column in KEPT:
        pairs[column] += batch[column].to_pylist()
    for side in ("chosen", "rejected"):
        pairs[side] += pc.utf8_length(pc.struct_field(batch[side].flatten(), "content")).to_pylist()


def overlaps(previews: Sequence[StrategyPreview]) -> dict[tuple[str, str], float]:
    """Return the overlap of the pairs of every two strategies."""
    return {(first.strategy, second.strategy): first.overlap(second) for first, second in combinations(previews, 2)}
