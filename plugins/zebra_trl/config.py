"""From our settings to the config of TRL's trainer, by name and checked against it."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

import attrs
import torch

import zebra_core as zebra
from zebra_trl.lora import Lora

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zebra_trl.settings import Settings

PLACES = {"ORPO": "trl.experimental.orpo", "CPO": "trl.experimental.cpo"}
"""Where TRL has what is not at its top."""
REPORTS = ("trackio", "wandb", "tensorboard", "mlflow")


@cache
def from_trl(name: str) -> Any:
    """Return a class of TRL: `DPOTrainer`, `CPOConfig`; ZebraError where this TRL has it no more."""
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    place = PLACES.get(name.removesuffix("Trainer").removesuffix("Config"), "trl")
    try:
        return getattr(import_module(place), name)
    except (ImportError, AttributeError) as wrong:
        msg = f'{place}.{name} is not in the TRL that is installed: pip install "trl==1.16.0"'
        raise zebra.ZebraError(msg) from wrong


def check_options(settings: Settings) -> None:
    """Raise ZebraError for an option that neither we nor TRL's config has, with the closest name."""
    known = {field.name for field in dataclasses.fields(from_trl(f"{settings.kind}Config")) if field.init}
    ours = {field.name for field in attrs.fields(type(settings))} - {"others"}
    for name in settings.others:
        if name not in known or name in settings.fixed:
            what = f"option of trainer {settings.name!r} or of trl.{settings.kind}Config"
            raise zebra.unknown(what, name, known | ours)
    Lora.of(settings.lora)
    for name in settings.report_to:
        if name not in REPORTS:
            what = "place to report to"
            raise zebra.unknown(what, name, REPORTS)
        if importlib.util.find_spec(name) is None:
            msg = f"--report-to {name} needs {name}: pip install {name}"
            raise zebra.ZebraError(msg)


def trl_config(settings: Settings, output: Path, rows: int, say: Callable[[str], None]) -> Any:
    """Make the config of TRL's trainer for this many rows; `say` is told what was adapted. Raises ZebraError."""
    kind = from_trl(f"{settings.kind}Config")
    names = {field.name for field in dataclasses.fields(kind)}
    values = {name: value for name, value in attrs.asdict(settings, recurse=False).items() if name in names}
    values |= _quiet(settings, output) | _precision(settings) | dict(settings.fixed)
    values["gradient_accumulation_steps"] = _accumulation(settings)
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    values["warmup_steps"] = _warmup(settings, values, rows, say)
    values |= settings.others
    if needs_reference(settings):
        values["precompute_ref_log_probs"] = True
    try:
        return kind(**values)
    except (TypeError, ValueError, ImportError) as wrong:
        msg = f"TRL's {settings.kind}Config does not take these settings: {wrong}"
        raise zebra.ZebraError(msg) from wrong


def needs_reference(settings: Settings) -> bool:
    """Whether the reference's log-probabilities have to be there before the loss is computed (margin, confidence)."""
    return bool(getattr(settings, "margin_shift", 0.0)) or getattr(settings, "confidence", "off") != "off"


def _quiet(settings: Settings, output: Path) -> dict[str, Any]:
    """Return what a command line wants of transformers: its own progress, checkpoints that are rotated, no upload."""
    return {
        "output_dir": str(output),
        "disable_tqdm": True,
        "save_strategy": "steps",
        "save_total_limit": None if settings.keep_checkpoints else 2,
        "push_to_hub": False,
        "logging_first_step": True,
        "remove_unused_columns": settings.kind not in PLACES,  # their collator takes all columns, and says so otherwise
        "ddp_find_unused_parameters": False,
        "run_name": f"zebra-{settings.name}",
    }


def _precision(settings: Settings) -> dict[str, Any]:
    """Return how numbers are held: bf16 where the device has it, fp16 on older GPUs, 32 bits on a CPU."""
    gpu = has_gpu()
    asked = settings.precision
    if asked == "auto":
        asked = "fp32" if not gpu else "bf16" if _has_bf16() else "fp16"
    values: dict[str, Any] = {"bf16": asked == "bf16", "fp16": asked == "fp16"}
    return values if gpu else {**values, "use_cpu": True, "dataloader_pin_memory": False}


def has_gpu() -> bool:
    """Whether there is an accelerator to train on."""
    return bool(torch.cuda.is_available() or torch.backends.mps.is_available())


def _has_bf16() -> bool:
    return not torch.cuda.is_available() or bool(torch.cuda.is_bf16_supported())


def _accumulation(settings: Settings) -> int:
    """Return how many batches make a step; `effective_batch` is over all devices."""
    if not settings.effective_batch:
        return settings.gradient_accumulation_steps
    at_once = settings.per_device_train_batch_size * processes()
    if settings.effective_batch % at_once:
        msg = (
            f"an effective batch of {settings.effective_batch} is no multiple of {at_once}, the "
            f"{settings.per_device_train_batch_size} a device of {processes()} at once; set per_device_train_batch_size"
        )
        raise zebra.ZebraError(msg)
    return settings.effective_batch // at_once


def processes() -> int:
    """Return how many processes train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def steps_of(settings: Settings, values: dict[str, Any], rows: int) -> int:
    """Return how many steps a training takes."""
    batch = values["per_device_train_batch_size"] * values["gradient_accumulation_steps"] * processes()
    limit = int(settings.others.get("max_steps", 0))
    return limit if limit > 0 else max(1, round(-(-rows // batch) * values["num_train_epochs"]))


def planned_steps(settings: Settings, pairs: int) -> int:
    """Return how many steps a training on pairs takes, those held out (see `tokens.split`) taken off; KTO makes two rows of one."""
    rows = (pairs - min(int(pairs * settings.held_out), 500)) * (2 if settings.kind == "KTO" else 1)
    values = attrs.asdict(settings, recurse=False) | {"gradient_accumulation_steps": _accumulation(settings)}
    return steps_of(settings, values, rows)


def _warmup(settings: Settings, values: dict[str, Any], rows: int, say: Callable[[str], None]) -> int:
    """Return the warm-up steps: a tenth of the steps where the run is shorter than they are."""
    steps = steps_of(settings, values, rows)
    if settings.warmup_steps < steps:
        return settings.warmup_steps
    lowered = steps // 10
    say(f"warm-up lowered from {settings.warmup_steps} steps to {lowered}: the training has {steps}")
    return lowered
