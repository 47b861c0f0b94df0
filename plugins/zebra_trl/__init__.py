"""Training with TRL: SFT, DPO and its relatives, distillation, and a tiny model to try them with. TRL is imported only to train."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_trainers() -> zebra.Components:
    """Offer TRL's trainers."""
    from zebra_trl.trainers import CPO, DPO, GRPO, KTO, ORPO, RLOO, SFT, Distill, Reward, SimPO

    preferences = {"dpo": DPO, "kto": KTO, "orpo": ORPO, "cpo": CPO, "simpo": SimPO}
    return {"sft": SFT, **preferences, "reward": Reward, "distill": Distill, "grpo": GRPO, "rloo": RLOO}


@zebra.hookimpl
def zebra_models() -> zebra.Components:
    """Offer the model `tiny`."""
    from zebra_trl.models.tiny import Tiny

    return {"tiny": Tiny}


@zebra.hookimpl
def zebra_evaluators() -> zebra.Components:
    """Offer the evaluator `pairs`."""
    from zebra_trl.evaluation.pairs import Pairs

    return {"pairs": Pairs}


@zebra.hookimpl
def zebra_catalogues() -> zebra.Components:
    """Describe what the evaluator `pairs` measures."""
    from zebra_trl.evaluation.pairs import benchmark

    return {"pairs": benchmark}


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra tiny-model`."""
    return [
        zebra.lazy_command("tiny-model", "zebra_trl.command:tiny_model", "Write a tiny model to try training with.")
    ]


@zebra.hookimpl
def zebra_defaults() -> dict[str, str]:
    """Use DPO, the papers' trainer, by default."""
    return {"trainer": "dpo"}
