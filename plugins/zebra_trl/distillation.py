"""Distillation token by token with TRL: the student answers, and learns the probabilities that the teacher gives each token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from trl import DistillationTrainer

import zebra_core as zebra
from zebra_trl.config import rows_per_step

if TYPE_CHECKING:
    from collections.abc import Callable

    from datasets import Dataset

    from zebra_trl.settings import DistillSettings, Settings

    Ids = list[int]


class TokenisedDistillation(DistillationTrainer):
    """A distillation trainer for tokenised prompts."""

    def _tokenize_prompts(self, prompts: list[Ids]) -> tuple[list[Ids], None, dict[str, object]]:
        return prompts, None, {}


def prompts_alone(rows: Dataset, _: Settings) -> Dataset:
    """Return the prompts, which the student answers."""
    return rows.select_columns(["prompt_ids"]).rename_column("prompt_ids", "prompt")


def fitted(settings: DistillSettings, rows: Dataset, log: Callable[[str], None]) -> DistillSettings:
    """Return the settings with responses that fit `max_length` after every prompt.

    Raise ZebraError if the rows are fewer than a step takes: TRL leaves out an incomplete one.
    """
    step = rows_per_step(settings)
    if len(rows) < step:
        msg = (
            f"the dataset has {len(rows):,} prompts to train on, and a step takes {step:,}; "
            "lower it with --set distill.gradient_accumulation_steps=1, or distill.per_device_train_batch_size"
        )
        raise zebra.ZebraError(msg)
    room = settings.max_length - max(map(len, rows["prompt_ids"]))
    if settings.max_completion_length <= room:
        return settings
    log(
        f"max_completion_length lowered from {settings.max_completion_length} to {room}: the longest prompt leaves no more"
    )
    return attrs.evolve(settings, max_completion_length=room)
