"""Turn settings into the config of TRL's trainer, by name, and check them against it."""

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
from zebra_trl.models.lora import Lora
from zebra_trl.settings import DPOSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from transformers import TrainingArguments

    from zebra_trl.settings import Settings

EXPERIMENTAL = {"ORPO": "trl.experimental.orpo", "CPO": "trl.experimental.cpo"}
"""The modules of TRL's trainers that are not in its top-level module."""
TRACKERS = ("trackio", "wandb", "tensorboard", "mlflow")


@cache
def from_trl(name: str) -> type[Any]:
    """Return a class of TRL, such as `DPOTrainer` or `CPOConfig`. Raise ZebraError if the installed TRL lacks it."""
    os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")
    module = EXPERIMENTAL.get(name.removesuffix("Trainer").removesuffix("Config"), "trl")
    try:
        return getattr(import_module(module), name)  # type: ignore[no-any-return]
    except (ImportError, AttributeError) as error:
        msg = f'the installed TRL has no {module}.{name}: install one that has: pip install "trl==1.16.0"'
        raise zebra.ZebraError(msg) from error


def check_options(settings: Settings) -> None:
    """Raise ZebraError, suggesting the closest match, for an option that neither the settings nor TRL's config has."""
    of_trl = {field.name for field in dataclasses.fields(from_trl(f"{settings.kind}Config")) if field.init}
    ours = {field.name for field in attrs.fields(type(settings))} - {"others"}
    for name in settings.others:
        if name not in of_trl or name in settings.fixed:
            what, where = "option", f"of trainer {settings.name!r} or of trl.{settings.kind}Config"
            raise zebra.unknown(what, name, of_trl | ours, where)
    Lora.from_text(settings.lora)
    for name in settings.report_to:
        if name not in TRACKERS:
            what = "place to report to"
            raise zebra.unknown(what, name, TRACKERS)
        if importlib.util.find_spec(name) is None:
            msg = f"--report-to {name} needs {name}: pip install {name}"
            raise zebra.ZebraError(msg)


def trl_config(
    settings: Settings, output: Path, rows: int, log: Callable[[str], None], **values_of_kind: object
) -> TrainingArguments:
    """Return the config of TRL's trainer for this many rows; `log` gets a line about each adapted setting.

    `values_of_kind` are fields that this kind of trainer needs; the user's settings take precedence. Raise ZebraError if TRL
    rejects the settings.
    """
    kind = from_trl(f"{settings.kind}Config")
    names = {field.name for field in dataclasses.fields(kind)}
    values = {name: value for name, value in attrs.asdict(settings, recurse=False).items() if name in names}
    values |= _quiet(settings, output) | _precision(settings) | dict(settings.fixed)
    values["gradient_accumulation_steps"] = accumulation(settings)
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    values["warmup_steps"] = _warmup(settings, rows, log)
    values |= values_of_kind
    values |= settings.others
    if needs_reference(settings):
        values["precompute_ref_log_probs"] = True
    if settings.kind == "SFT" and values.get("padding_free") and not values.get("packing"):
        values["max_length"] = None  # the rows are cut already, and TRL would have them cut by the user
    try:
        return kind(**values)
    except (TypeError, ValueError, ImportError) as error:
        msg = f"TRL's {settings.kind}Config rejects these settings: {error}"
        raise zebra.ZebraError(msg) from error


def needs_reference(settings: Settings) -> bool:
    """Return whether pairs have losses of their own, and so need the reference's log-probabilities in advance."""
    if not isinstance(settings, DPOSettings):
        return False
    return bool(settings.margin_shift or settings.sft_where) or settings.confidence != "off"


def _quiet(settings: Settings, output: Path) -> dict[str, object]:
    """Return the settings of a command line: no progress bars of transformers, rotated checkpoints, no upload."""
    return {
        "output_dir": str(output),
        "disable_tqdm": True,
        "save_strategy": "steps",
        "save_total_limit": None if settings.keep_checkpoints else 2,
        "push_to_hub": False,
        "logging_first_step": True,
        "remove_unused_columns": settings.kind
        not in EXPERIMENTAL,  # their collator takes all columns, and warns otherwise
        "ddp_find_unused_parameters": False,
        "run_name": f"zebra-{settings.name}",
    }


def _precision(settings: Settings) -> dict[str, bool]:
    """Return the number format as TRL's fields."""
    precision = precision_of(settings)
    values = {"bf16": precision == "bf16", "fp16": precision == "fp16"}
    return values if has_gpu() else {**values, "use_cpu": True, "dataloader_pin_memory": False}


def precision_of(settings: Settings) -> str:
    """Return the number format: by default bf16 if the device has it, fp16 on older GPUs, fp32 on a CPU."""
    if settings.precision != "auto":
        return settings.precision
    return "fp32" if not has_gpu() else "bf16" if _has_bf16() else "fp16"


def has_gpu() -> bool:
    """Return whether there is an accelerator to train on."""
    return bool(torch.cuda.is_available() or torch.backends.mps.is_available())


def _has_bf16() -> bool:
    return not torch.cuda.is_available() or bool(torch.cuda.is_bf16_supported())


def accumulation(settings: Settings) -> int:
    """Return the number of batches per step; `effective_batch` counts rows over all devices."""
    if not settings.effective_batch:
        return settings.gradient_accumulation_steps
    batch = settings.per_device_train_batch_size * processes()
    if settings.effective_batch % batch:
        msg = (
            f"an effective batch of {settings.effective_batch} is not a multiple of {batch}, which is "
            f"{settings.per_device_train_batch_size} rows on each of {processes()} devices; "
            f"change it with --set {settings.name}.per_device_train_batch_size=N"
        )
        raise zebra.ZebraError(msg)
    return settings.effective_batch // batch


def processes() -> int:
    """Return the number of processes that train together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def rows_per_step(settings: Settings) -> int:
    """Return the number of rows that an optimiser step takes, over all devices."""
    return settings.per_device_train_batch_size * accumulation(settings) * processes()


def steps_of(settings: Settings, rows: int) -> int:
    """Return the number of steps of a training on this many rows."""
    rows *= settings.sequences_per_row
    batch = rows_per_step(settings)
    limit = int(settings.others.get("max_steps", 0))
    return limit if limit > 0 else max(1, round(-(-rows // batch) * settings.num_train_epochs))


def planned_steps(settings: Settings, pairs: int) -> int:
    """Return the number of steps of a training on pairs, without those held out; for KTO, a pair is two rows."""
    rows = (pairs - min(int(pairs * settings.held_out), 500)) * (2 if settings.kind == "KTO" else 1)
    return steps_of(settings, rows)


def _warmup(settings: Settings, rows: int, log: Callable[[str], None]) -> int:
    """Return the warm-up steps: a tenth of all steps if the training is shorter than the warm-up."""
    steps = steps_of(settings, rows)
    if settings.warmup_steps < steps:
        return settings.warmup_steps
    lowered = steps // 10
    log(f"warm-up lowered from {settings.warmup_steps} steps to {lowered}: the training has only {steps}")
    return lowered
