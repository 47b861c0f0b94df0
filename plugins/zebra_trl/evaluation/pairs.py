"""Preference evaluation without generation: how often a model prefers the chosen response of pairs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

import attrs

import zebra_core as zebra
from zebra_trl.libraries import require_train
from zebra_trl.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from datasets import Dataset
    from numpy.typing import NDArray

NAME = "pair-accuracy"
REWARDS = {"cpo": "none", "orpo": "mean", "simpo": "mean"}
"""The score behind the rewards of trainers without a reference."""
FEWEST = 10
"""Sources with fewer pairs are not reported."""


@attrs.frozen(kw_only=True)
class Pairs:
    """How often a model prefers the chosen response: a pair counts if the chosen score is higher, and half if they are equal.

    This is RewardBench's convention (Lambert et al. 2024, section 4). The score is that of a reward model, or, as `reference`
    says, the log-ratio to the `base` the model was trained from, the log-probability alone (`none`), or its mean per token
    (`mean`); by default, what the model's trainer used.
    """

    dataset: str = zebra.option(
        "",
        "Preference pairs, as `zebra train` takes them: how often the chosen response is preferred.",
        flag="--pairs",
        metavar="DATASET",
        requests=True,
    )
    base: str = zebra.option(
        "",
        "What the model was trained from, for --pairs; by default as training.json says.",
        flag="--base",
        metavar="DIR|NAME",
    )
    reference: Literal["", "base", "none", "mean"] = zebra.option(
        "", "What a log-probability is compared with; by default as the trainer does."
    )
    max_length: int = zebra.option(1024, "Maximum number of tokens of prompt and response together.")
    batch_size: int = zebra.option(8, "Responses scored at once.")

    def check(self, model: str) -> None:
        """Raise ZebraError if the extra, the pairs or the model is missing, or if the dataset has no pairs."""
        require_train()
        from zebra_trl.data import load  # noqa: PLC0415

        if not self.dataset:
            msg = "the evaluator `pairs` needs preference pairs; add --pairs DATASET"
            raise zebra.ZebraError(msg)
        zebra.check_model(model, adapters=True)
        load.standard(load.read(self.dataset), pairs=True)

    def __call__(self, model: str, output: Path) -> zebra.ScoreTable:
        """Return the share of pairs in which the model prefers the chosen response; `pairs.json` has it by source."""
        rows, right, margins = self._scores(model)
        by_source = self._by_source(rows, right)
        for source, share in by_source.items():
            print(f"  of {source}: {share:.4f}")  # noqa: T201
        share = float(right.mean())
        statistics = {
            "pairs": len(right),
            "accuracy": share,
            "mean margin": float(margins.mean()),
            "by source": by_source,
        }
        zebra.storage.write_text(output / "pairs.json", json.dumps(statistics, indent=2) + "\n")
        error = (share * (1 - share) / len(right)) ** 0.5
        benchmark = zebra.Benchmark(NAME, direction="higher", bounds=(0, 1), chance=0.5)
        return zebra.ScoreTable.from_rows([(model, {NAME: share})], [benchmark], {(model, NAME): error})

    def _scores(self, model: str) -> tuple[Dataset, NDArray[np.float64], NDArray[np.float64]]:
        """Return the pairs, whether the model is right on each, and by how much the score of the chosen response is higher."""
        from zebra_trl.evaluation import measure, rewards  # noqa: PLC0415

        job = zebra.TrainingJob.read(model)
        implicit = self.reference or REWARDS.get(job.trainer if job else "", "base")
        kind = "reward" if rewards.is_reward(model) else implicit
        base = self._base(model) if kind == "base" else ""
        scoring = rewards.Scoring(model, kind, base, self.max_length, self.batch_size)
        pairs, _, margins = measure.measure(scoring, self.dataset, Settings())
        return pairs, (margins > 0) + 0.5 * (margins == 0), margins

    def _base(self, model: str) -> str:
        """Return the model that this one was trained from. Raise ZebraError if that is unknown."""
        if self.base:
            return self.base
        job = zebra.TrainingJob.read(model)
        if job is None:
            msg = (
                f"{model} has no training.json with the model it was trained from; add --base MODEL, or --set "
                "pairs.reference=none for the log-probability alone"
            )
            raise zebra.ZebraError(msg)
        return str(job.model["location"])

    @staticmethod
    def _by_source(pairs: Dataset, right: NDArray[np.float64]) -> dict[str, float]:
        """Return the accuracy on each source with enough pairs."""
        sources = pairs["source"] if "source" in pairs.column_names else []
        places: dict[str, list[int]] = {}
        for place, source in enumerate(sources):
            if source:
                places.setdefault(source, []).append(place)
        return {source: float(right[rows].mean()) for source, rows in sorted(places.items()) if len(rows) >= FEWEST}


def benchmark() -> dict[str, dict[str, object]]:
    """The share of preference pairs whose chosen response a model prefers."""
    source = "https://arxiv.org/abs/2403.13787"
    return {NAME: {"axis": "preference", "direction": "higher", "bounds": [0, 1], "chance": 0.5, "source": source}}
