"""What is checked of a training against rewards before anything slow happens."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import zebra_core as zebra
from zebra_trl.online.functions import check_reward_model
from zebra_trl.online.prompts import completions_per_batch
from zebra_trl.online.stop import read_bounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_trl.online.named import NamedReward
    from zebra_trl.online.settings import OnlineSettings


def check_online(settings: OnlineSettings, rewards: Sequence[NamedReward]) -> None:
    """Raise ZebraError if no reward is named, one is no reward model, or the settings do not fit each other."""
    if not rewards:
        msg = (
            f"the trainer {settings.name!r} needs to know what responses are worth; add --reward NAME, or the folder of a reward model, "
            f"or train one first: --trainer reward,{settings.name}"
        )
        raise zebra.ZebraError(msg)
    for reward in rewards:
        if reward.folder:
            check_reward_model(reward.folder)
    if "reward_weights" in settings.others:
        msg = f"the weights of rewards are given with --reward NAME=WEIGHT, not with {settings.name}.reward_weights"
        raise zebra.ZebraError(msg)
    if settings.curriculum:
        msg = f"--curriculum orders pairs, and the trainer {settings.name!r} takes prompts; leave it out"
        raise zebra.ZebraError(msg)
    bounds = read_bounds(settings.stop_if, [reward.name for reward in rewards])
    if not settings.beta and any(bound.metric == "kl" for bound in bounds):  # type: ignore[attr-defined]  # both have it
        msg = f"--stop-if names kl, which is not measured; add --set {settings.name}.beta=0.04"
        raise zebra.ZebraError(msg)
    if not settings.held_out and any(bound.metric.startswith("eval_") for bound in bounds):
        msg = f"--stop-if names a held-out metric, and nothing is held out; add --set {settings.name}.held_out=0.05"
        raise zebra.ZebraError(msg)
    _check_batches(settings)


def _check_batches(settings: OnlineSettings) -> None:
    batch, count = completions_per_batch(settings), settings.num_generations
    if batch % count:
        msg = (
            f"{batch} responses are generated at a time, which is not a multiple of num_generations ({count}); "
            f"change it with --set {settings.name}.num_generations=N or {settings.name}.per_device_train_batch_size=N"
        )
        raise zebra.ZebraError(msg)


def check_saves(settings: OnlineSettings, config: Any) -> None:
    """Raise ZebraError if a checkpoint could be in the midst of learning from the same responses."""
    together = math.lcm(config.steps_per_generation * config.num_iterations, config.gradient_accumulation_steps)
    steps = together // config.gradient_accumulation_steps
    if settings.save_steps % steps:
        msg = (
            f"the policy answers prompts every {steps} steps, and a checkpoint at every {settings.save_steps} could not be "
            "resumed with the same responses; use a multiple: "
            f"--set {settings.name}.save_steps={steps * max(1, settings.save_steps // steps)}"
        )
        raise zebra.ZebraError(msg)
