"""A training from beginning to end: read, tokenise, check, train or resume, measure, save."""

from __future__ import annotations

import errno
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from accelerate import PartialState
from safetensors import SafetensorError
from transformers import PrinterCallback

import zebra_core as zebra
from zebra_core.training.metrics import read_metrics
from zebra_trl.artifacts.card import card
from zebra_trl.artifacts.checkpoints import Sealing, newest_whole, remove
from zebra_trl.artifacts.curves import draw
from zebra_trl.artifacts.progress import ProgressCallback, log
from zebra_trl.config import has_gpu, needs_reference, processes, trl_config
from zebra_trl.data import load
from zebra_trl.data.columns import check_columns, named_columns, report_marks
from zebra_trl.data.curriculum import StagedSampler, easiness, with_sampler
from zebra_trl.data.taught import read_taught
from zebra_trl.data.tokens import Tokens, drop_unusable, split
from zebra_trl.distillation import fitted
from zebra_trl.evaluation.rewards import pair_accuracy
from zebra_trl.libraries import be_quiet
from zebra_trl.models.lora import Lora
from zebra_trl.models.teacher import note_teacher
from zebra_trl.models.tokenizer import check_positions, check_template, tokenizer_of
from zebra_trl.online.settings import OnlineSettings
from zebra_trl.online.trainer import Online
from zebra_trl.settings import DistillSettings, DPOSettings
from zebra_trl.sharding import check_sharding, save_in_full
from zebra_trl.trl_adapters import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer, TrainingArguments

    from zebra_trl.settings import Settings

FULL = ("No space left", "file write failed", "inline_container.cc", "os error 28", "PytorchStreamWriter")
DISK_ERRORS = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES)
"""How the libraries report that a file cannot be written: in the text of a RuntimeError or their own error, or by number."""


def train(settings: Settings, dataset: str, model: str, output: Path) -> zebra.TrainingResult:
    """Train a model on a dataset, resuming from the newest complete checkpoint in `output`. Raise ZebraError."""
    be_quiet(telemetry=settings.telemetry)
    PartialState(cpu=not has_gpu())  # connects the processes
    began = time.monotonic()
    with _explained_errors(settings):
        tokenizer = tokenizer_of(model, settings)
        check_positions(model, settings)
        online = Online(settings, settings.rewards) if isinstance(settings, OnlineSettings) else None
        rows, held_out = online.rows(dataset, tokenizer) if online else _rows(settings, dataset, model, tokenizer)
        if isinstance(settings, DistillSettings) and settings.kind == "Distillation":
            settings = fitted(settings, rows, log)
            if PartialState().is_main_process:
                note_teacher(settings.teacher, output)
        config = trl_config(settings, output, len(rows), log, **(online.values(held_out) if online else {}))
        checkpoint = _checkpoint(output, config.max_steps)
        if online:
            online.prepare(config, checkpoint)
        trainer = _trainer(settings, config, model, tokenizer, (rows, held_out), online)
        check_sharding(trainer)
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        metrics = online.measure(trainer, held_out) if online else _measure(settings, trainer, held_out)
        _save(settings, trainer, tokenizer, output)
        result = zebra.TrainingResult(
            rows=len(rows), steps=trainer.state.global_step, seconds=time.monotonic() - began, metrics=metrics
        )
        if PartialState().is_main_process:
            _finish(dataset, output, result)
        PartialState().wait_for_everyone()
    return result


def _rows(
    settings: Settings, dataset: str, model: str, tokenizer: PreTrainedTokenizerBase
) -> tuple[Dataset, Dataset | None]:
    """Return the rows to train on and those held out, as token ids. Raise ZebraError if model and dataset do not fit."""
    kind = kind_of(settings)
    with PartialState().main_process_first():
        every = _read(settings, dataset)
        check_columns(settings, every)
        tokens = _tokens(settings, every, model, tokenizer)
        test = load.read_test(dataset) if settings.held_out else None
        test_tokens = None if test is None else _tokens(settings, test, model, tokenizer)
    limit = settings.max_length
    rows = drop_unusable(tokens, limit, log, cut=kind.cut)
    if test_tokens is None:
        rows, held_out = split(rows, settings.held_out, settings.seed)
    else:
        held_out = drop_unusable(test_tokens, limit, log, cut=kind.cut)
    if held_out is not None:
        held_out = _full_batches(settings, held_out)
        log(f"{len(rows):,} rows to train on, {len(held_out):,} held out")
    report_marks(settings, rows, log)
    return rows, held_out


def _read(settings: Settings, dataset: str) -> Dataset:
    """Return the rows of a dataset, with the responses of a teacher in the pool if that is what is learned."""
    if isinstance(settings, DistillSettings) and settings.kind == "SFT":
        return read_taught(dataset, settings.teacher, log)
    return load.read(dataset)


def _tokens(settings: Settings, rows: Dataset, model: str, tokenizer: PreTrainedTokenizerBase) -> Dataset:
    """Return rows as token ids. Raise ZebraError if the tokenizer cannot render messages."""
    kind = kind_of(settings)
    rows = load.standard(rows, pairs=kind.pairs, named=named_columns(settings))
    if not kind.rejected:
        rows = rows.select_columns([name for name in rows.column_names if name != "rejected"])
    check_template(tokenizer, rows, model, settings)
    return Tokens(tokenizer).of(rows)


def _full_batches(settings: Settings, held_out: Dataset) -> Dataset:
    """Return the rows without an incomplete last batch: TRL averages over batches, which must have the same weight."""
    batch = settings.others.get("per_device_eval_batch_size", 8) * processes()
    return held_out.select(range(len(held_out) // batch * batch or len(held_out)))


def _trainer(  # noqa: PLR0913, PLR0917  # one for each thing that a trainer is made of
    settings: Settings,
    config: TrainingArguments,
    model: str,
    tokenizer: PreTrainedTokenizerBase,
    datasets: tuple[Dataset, Dataset | None],
    online: Online | None = None,
) -> Any:
    """Return TRL's trainer for the rows to train on and those held out."""
    rows, held_out = datasets
    kind, lora = kind_of(settings), Lora.from_text(settings.lora)
    others: dict[str, object] = {}
    if lora:
        others["peft_config"] = lora.config(reward=settings.kind == "Reward")
        if lora.bits != 16:
            others["quantization_config"] = lora.quantization()
    if isinstance(settings, DPOSettings) and needs_reference(settings):
        others |= {"shift": settings.margin_shift, "use": settings.confidence}
    if isinstance(settings, DistillSettings) and settings.kind == "Distillation":
        others["teacher_model"] = settings.teacher
    if config.__dict__.get("precompute_ref_log_probs"):
        log("the reference's log-probabilities are computed first, or taken from the cache")
    callbacks = [ProgressCallback(settings.name, zebra.storage.place(config.output_dir)), Sealing()]
    if online:
        others |= online.arguments(rows)
        callbacks.append(online.watch)
    trainer = with_sampler(kind.trainer, _sampler(settings, rows))(
        model=model,
        args=config,
        train_dataset=kind.columns(rows, settings),
        eval_dataset=None if held_out is None else kind.columns(held_out, settings.of_held_out),
        processing_class=tokenizer,
        callbacks=callbacks,
        **others,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _sampler(settings: Settings, rows: Dataset) -> StagedSampler | None:
    """Return the order of the curriculum, None without one."""
    if not settings.curriculum:
        return None
    by = settings.curriculum_by
    log(f"curriculum: {settings.curriculum} by {by}, in {settings.stages} stages")
    return StagedSampler(easiness(rows[by], by, settings.curriculum), settings.stages, settings.seed)


def _checkpoint(output: Path, limit: int) -> Path | None:
    """Return the checkpoint to resume from, if any, and remove those that a kill left incomplete.

    If the steps have a `limit` above 0, one of the last step is passed over: from there transformers would take a step more.
    """
    newest, damaged = newest_whole(output, limit)
    for checkpoint in damaged:
        log(f"{checkpoint.name} is incomplete, so it is ignored")
    if newest:
        log(f"resuming from {newest.name}")
    PartialState().wait_for_everyone()
    if PartialState().is_main_process:
        remove(damaged)
    return newest


@contextmanager
def _explained_errors(settings: Settings) -> Iterator[None]:
    """Turn a missing library, a lack of memory, and a full disk into a ZebraError with the remedy."""
    try:
        yield
    except ImportError as error:
        msg = f"a setting needs a library that is not installed: {str(error).splitlines()[0]}"
        raise zebra.ZebraError(msg) from error
    except (RuntimeError, OSError, MemoryError, SafetensorError) as error:
        text = str(error)
        name = settings.name
        if isinstance(error, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in text:
            msg = (
                f"out of memory with {settings.per_device_train_batch_size} rows of {settings.max_length} tokens on a device; "
                f"try --set {name}.per_device_train_batch_size=1 (and a larger gradient_accumulation_steps), --set "
                f"{name}.gradient_checkpointing=true, a smaller max_length, or --lora r=16"
            )
            raise zebra.ZebraError(msg) from error
        if getattr(error, "errno", None) in DISK_ERRORS or any(mark in text for mark in FULL):
            msg = f"cannot write: {text.splitlines()[0][:200]}; free some space in the output's folder, or in the caches under HF_HOME"
            raise zebra.ZebraError(msg) from error
        raise


def _measure(settings: Settings, trainer: Trainer, held_out: Dataset | None) -> dict[str, float]:
    """Return the metrics on the held-out rows, with the share of pairs whose chosen response is longer for comparison."""
    if held_out is None:
        return {}
    logged = {name.removeprefix("eval_"): value for name, value in trainer.evaluate().items()}
    metrics = {"pairs": len(held_out), "loss": logged["loss"]}
    accuracy = logged.get("rewards/accuracies", logged.get("accuracy"))
    paired = "rejected_ids" in held_out.column_names
    if settings.kind == "KTO" and paired:
        policy = trainer.accelerator.unwrap_model(trainer.model)
        size = trainer.args.per_device_eval_batch_size
        accuracy = pair_accuracy(policy, trainer.ref_model, held_out, settings.max_length, size)
    if accuracy is not None and paired:
        longer = [len(c) > len(r) for c, r in zip(held_out["chosen_ids"], held_out["rejected_ids"], strict=True)]
        metrics |= {"accuracy": accuracy, "longer": sum(longer) / len(longer)}
        log(
            f"held-out reward accuracy {accuracy:.3f} on {len(held_out):,} pairs; the chosen response is longer in {metrics['longer']:.3f}"
        )
    else:
        if settings.kind != "Distillation":
            metrics["token_accuracy"] = logged.get("mean_token_accuracy", float("nan"))
        log(f"held-out loss {logged['loss']:.3f} on {len(held_out):,} rows")
    return metrics


def _save(settings: Settings, trainer: Trainer, tokenizer: PreTrainedTokenizerBase, output: Path) -> None:
    """Save the model, with the adapter merged into it if requested."""
    lora = Lora.from_text(settings.lora)
    if lora and lora.merge:
        trainer.model = trainer.accelerator.unwrap_model(trainer.model).merge_and_unload()
    save_in_full(trainer, output)
    if PartialState().is_main_process:
        tokenizer.save_pretrained(output)


def _finish(dataset: str, output: Path, result: zebra.TrainingResult) -> None:
    """Draw the curves and write the card."""
    draw(read_metrics(output), output / "curves.svg")
    job = zebra.TrainingJob.read(output)
    adapter = (output / "adapter_config.json").is_file()
    if job is not None:
        text = card(job, result, load.manifest_of(dataset), adapter=adapter)
        zebra.storage.write_text(output / "README.md", text)
    (output / "training_args.bin").unlink(missing_ok=True)


def upload(name: str, output: Path) -> None:
    """Upload a trained model. Raise ZebraError if that fails; the model is kept."""
    from huggingface_hub import HfApi  # noqa: PLC0415

    try:
        url = HfApi().create_repo(name, exist_ok=True)
        HfApi().upload_folder(repo_id=name, folder_path=output, ignore_patterns=["checkpoint-*"])
    except Exception as error:
        reason = str(error).splitlines()[0]
        msg = f"the model is in {output}, but could not be uploaded: {reason}; to upload it later: hf upload {name} {output}"
        raise zebra.ZebraError(msg) from error
    log(f"uploaded to {url}")
