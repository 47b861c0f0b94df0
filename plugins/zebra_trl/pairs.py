"""Preference evaluation without generation: how often a model prefers the chosen response of pairs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import attrs

import zebra_core as zebra
from zebra_trl.extra import needs_extra

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

    dataset: str = ""
    base: str = ""
    reference: Literal["", "base", "none", "mean"] = ""
    max_length: int = 1024
    batch_size: int = 8

    def check(self, model: str) -> None:
        """Raise ZebraError where the extra is not installed, the pairs or the model are not there, or the pairs are none."""
        needs_extra()
        from zebra_trl import data  # noqa: PLC0415

        if not self.dataset:
            msg = "the evaluator `pairs` needs preference pairs: --pairs DATASET"
            raise zebra.ZebraError(msg)
        zebra.check_model(model, adapters=True)
        data.standard(data.read(self.dataset), pairs=True)

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
        from zebra_trl import data, rewards  # noqa: PLC0415
        from zebra_trl.models import tokenizer_of  # noqa: PLC0415
        from zebra_trl.tokens import Tokens, fitting  # noqa: PLC0415
        from zebra_trl.trainers import DPO  # noqa: PLC0415
        from zebra_trl.work import be_quiet  # noqa: PLC0415

        be_quiet()
        rows = data.standard(data.read(self.dataset), pairs=True)
        rows = fitting(Tokens(tokenizer_of(model, DPO())).of(rows), self.max_length, lambda text: print(f"  {text}"))  # noqa: T201
        kind = (
            "reward"
            if rewards.is_reward(model)
            else self.reference or REWARDS.get(_training(model).get("trainer", ""), "base")
        )
        base = self._base(model) if kind == "base" else ""
        margins = rewards.margins(rewards.Scored(model, kind, base, self.max_length, self.batch_size), rows)
        return rows, (margins > 0) + 0.5 * (margins == 0), margins

    def _base(self, model: str) -> str:
        """Return what the model was trained from."""
        if self.base:
            return self.base
        found = _training(model)
        if not found:
            msg = (
                f"{model} has no training.json that says what it was trained from; say --base MODEL, or --set pairs.reference=none for the "
                "log-probability alone"
            )
            raise zebra.ZebraError(msg)
        return str(found["model"]["location"])

    @staticmethod
    def _by_source(rows: Any, right: Any) -> dict[str, float]:
        """Return the accuracy on each source that has some pairs."""
        sources = rows["source"] if "source" in rows.column_names else []
        places: dict[str, list[int]] = {}
        for place, source in enumerate(sources):
            if source:
                places.setdefault(source, []).append(place)
        return {source: float(right[held].mean()) for source, held in sorted(places.items()) if len(held) >= FEWEST}


def _training(model: str) -> dict[str, Any]:
    """Return what a model's training followed from; empty for one that zebra did not train."""
    try:
        held = json.loads((Path(model) / "training.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return held if isinstance(held, dict) and "model" in held else {}
