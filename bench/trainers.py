"""TRL's trainers as a script of TRL uses them, with the settings that `bench/train.py` gives to `zebra train` too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable

    from datasets import Dataset

TOKENS = 64
"""The most tokens of a response that is generated."""
LIMIT, WITHIN = 20, 100
"""Characters of a response without a penalty, and beyond them those at which the penalty is 1."""
SEED = 42


def length(completions: list[Any], **_: object) -> list[float]:
    """Return what the reward `length` of zebra gives, as a user of TRL would write it."""
    texts = [messages[0]["content"] for messages in completions]
    return [-min(max(len(text) - LIMIT, 0) / WITHIN, 1.0) for text in texts]


def pairs(rows: Dataset) -> Dataset:
    """Return the texts alone: TRL's reward trainer would use a column `margin`."""
    return rows.select_columns(["prompt", "chosen", "rejected"])


def completions(rows: Dataset) -> Dataset:
    """Return the chosen responses."""
    return rows.select_columns(["prompt", "chosen"]).rename_column("chosen", "completion")


def unpaired(rows: Dataset) -> Dataset:
    """Return single responses, shuffled: TRL takes them in their order, the chosen ones first."""
    from trl.data_utils import unpair_preference_dataset

    return unpair_preference_dataset(pairs(rows)).shuffle(seed=SEED)


def prompts(rows: Dataset) -> Dataset:
    """Return the prompts."""
    return rows.select_columns(["prompt"])


def nothing(_: str) -> dict[str, Any]:
    """Return no further arguments."""
    return {}


@attrs.frozen
class Trainer:
    """A trainer: the prefix of its classes in TRL, the columns it takes, and settings that both sides have by the same name.

    `arguments` are those of TRL's class that name functions and models, and `ours` what zebra has in their place, by component;
    both are made from the folder of a teacher.
    """

    kind: str
    rows: Callable[[Dataset], Dataset]
    settings: dict[str, Any] = attrs.field(factory=dict)
    arguments: Callable[[str], dict[str, Any]] = nothing
    ours: Callable[[str], dict[str, dict[str, Any]]] = nothing


def _against_length(kind: str, beta: float) -> Trainer:
    settings = {"num_generations": 4, "max_completion_length": TOKENS, "beta": beta}
    ours = {kind.lower(): {"reward": ("length",)}, "length": {"limit": LIMIT, "within": WITHIN}}
    return Trainer(kind, prompts, settings, lambda _: {"reward_funcs": [length]}, lambda _: ours)


TRAINERS = {
    "sft": Trainer("SFT", completions),
    "dpo": Trainer("DPO", pairs, {"beta": 0.1}),
    "kto": Trainer("KTO", unpaired, {"beta": 0.1}),
    "reward": Trainer("Reward", pairs),
    "grpo": _against_length("GRPO", 0.04),
    "rloo": _against_length("RLOO", 0.05),
    "distill": Trainer(
        "Distillation",
        prompts,
        {"max_completion_length": TOKENS},
        lambda teacher: {"teacher_model": teacher},
        lambda teacher: {"distill": {"teacher": teacher}},
    ),
}
