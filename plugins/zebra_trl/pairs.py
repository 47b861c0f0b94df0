"""Preference evaluation without generation: how often a model prefers the chosen response of pairs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import attrs

import zebra_core as zebra
from zebra_trl.requirements import require_train
from zebra_trl.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

NAME = "pair-accuracy"
REWARDS = {"cpo": "none", "orpo": "mean", "simpo": "mean"}
"""What the rewards of trainers without a reference are."""
FEWEST = 10
"""A source of fewer pairs is not told by itself."""


@attrs.frozen(kw_only=True)
class Pairs:
    """How often a model prefers the chosen response, by RewardBench's convention: a pair is right where the chosen score is higher.

    The score is a reward model's own, or (`reference`) the log-ratio to the `base` that it was trained from, the log-probability alone
    (`none`), or that of a token (`mean`); where nothing is said, what the trainer goes by. Lambert et al. 2024, section 4; a tie is half.
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
        """Raise ZebraError where the extra is not installed, the pairs or the model are not there, or the pairs are none."""
        require_train()
        from zebra_trl import load  # noqa: PLC0415

        if not self.dataset:
            msg = "the evaluator `pairs` needs preference pairs: --pairs DATASET"
            raise zebra.ZebraError(msg)
        zebra.check_model(model, adapters=True)
        load.standard(load.read(self.dataset), pairs=True)

    def __call__(self, model: str, output: Path) -> zebra.ScoreTable:
        """Measure."""
        rows, right, margins = self._scored(model)
        by_source = self._by_source(rows, right)
        for source, share in by_source.items():
            print(f"  of {source}: {share:.4f}")  # noqa: T201
        share = float(right.mean())
        held = {"pairs": len(right), "accuracy": share, "mean margin": float(margins.mean()), "by source": by_source}
        (output / "pairs.json").write_text(json.dumps(held, indent=2) + "\n", encoding="utf-8")
        error = (share * (1 - share) / len(right)) ** 0.5
        benchmark = zebra.Benchmark(NAME, direction="higher", bounds=(0, 1), chance=0.5)
        return zebra.ScoreTable.from_rows([(model, {NAME: share})], [benchmark], {(model, NAME): error})

    def _scored(self, model: str) -> tuple[Any, Any, Any]:
        """Return the rows, whether the model is right on each, and how far the scores of the two responses are apart."""
        from zebra_trl import load, rewards  # noqa: PLC0415
        from zebra_trl.models import tokenizer_of  # noqa: PLC0415
        from zebra_trl.run import be_quiet  # noqa: PLC0415
        from zebra_trl.tokens import Tokens, fitting  # noqa: PLC0415

        be_quiet()
        rows = load.standard(load.read(self.dataset), pairs=True)
        tokens = Tokens(tokenizer_of(model, Settings())).of(rows)
        rows = fitting(tokens, self.max_length, lambda text: print(f"  {text}"))  # noqa: T201
        job = zebra.TrainingJob.read(model)
        kind = (
            "reward" if rewards.is_reward(model) else self.reference or REWARDS.get(job.trainer if job else "", "base")
        )
        base = self._base(model) if kind == "base" else ""
        margins = rewards.margins(rewards.Scored(model, kind, base, self.max_length, self.batch_size), rows)
        return rows, (margins > 0) + 0.5 * (margins == 0), margins

    def _base(self, model: str) -> str:
        """Return what the model was trained from."""
        if self.base:
            return self.base
        job = zebra.TrainingJob.read(model)
        if job is None:
            msg = (
                f"{model} has no training.json that says what it was trained from; say --base MODEL, or --set pairs.reference=none for the "
                "log-probability alone"
            )
            raise zebra.ZebraError(msg)
        return str(job.model["location"])

    @staticmethod
    def _by_source(rows: Any, right: Any) -> dict[str, float]:
        """Return the accuracy on each source that has some pairs."""
        sources = rows["source"] if "source" in rows.column_names else []
        places: dict[str, list[int]] = {}
        for place, source in enumerate(sources):
            if source:
                places.setdefault(source, []).append(place)
        return {source: float(right[held].mean()) for source, held in sorted(places.items()) if len(held) >= FEWEST}


def benchmark() -> dict[str, dict[str, object]]:
    """The share of preference pairs whose chosen response a model prefers."""
    source = "https://arxiv.org/abs/2403.13787"
    return {NAME: {"axis": "preference", "direction": "higher", "bounds": [0, 1], "chance": 0.5, "source": source}}
