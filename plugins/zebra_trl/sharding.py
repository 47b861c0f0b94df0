"""Models that several processes share, by FSDP or DeepSpeed: what was asked for, whether it is so, and how all of it is saved."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import zebra_core as zebra
from zebra_trl.config import processes

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import Trainer


def sharding() -> str:
    """Return what `accelerate launch` was told to shard the model with, such as `FSDP 2`; empty if nothing."""
    if os.environ.get("ACCELERATE_USE_FSDP", "").lower() == "true":
        return f"FSDP {os.environ.get('FSDP_VERSION', '1')}"
    if os.environ.get("ACCELERATE_USE_DEEPSPEED", "").lower() == "true":
        file = os.environ.get("ACCELERATE_DEEPSPEED_CONFIG_FILE", "none")
        stage = f"ZeRO {os.environ.get('ACCELERATE_DEEPSPEED_ZERO_STAGE', '2')}"
        return f"DeepSpeed {stage if file == 'none' else file}"
    return ""


def check_sharding(trainer: Trainer) -> None:
    """Raise ZebraError if the model was to be sharded, and is not: accelerate's FSDP leaves it whole without an accelerator."""
    if sharding() and not (trainer.is_fsdp_enabled or trainer.is_deepspeed_enabled):
        msg = (
            f"the file of --launch asks for {sharding()}, and accelerate shards a model on accelerators alone; this machine has none: "
            f"use --launch torchrun:{processes()}, which leaves the model whole in each process"
        )
        raise zebra.ZebraError(msg)


def save_in_full(trainer: Trainer, output: Path) -> None:
    """Save the model in one piece, whatever the checkpoints are like. Raise ZebraError if no weights were written."""
    if trainer.is_fsdp_enabled:
        trainer.accelerator.state.fsdp_plugin.set_state_dict_type("FULL_STATE_DICT")
    if trainer.is_deepspeed_enabled and trainer.deepspeed is not None:
        zero = trainer.deepspeed._config.zero_config  # noqa: SLF001  # it has no public name
        zero.gather_16bit_weights_on_model_save = True
    trainer.save_model(str(output))
    if trainer.args.should_save and not any(output.glob("*.safetensors")):
        msg = f"no weights were written to {output}: the model is shared by {processes()} processes, which did not join it"
        raise zebra.ZebraError(msg)
