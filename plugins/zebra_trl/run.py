"""A training from beginning to end: read, tokenise, check, train or go on, measure, save."""

from __future__ import annotations

import errno
import os
import time
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import datasets
import torch
import transformers
from accelerate import PartialState
from safetensors import SafetensorError
from transformers import PrinterCallback

import zebra_core as zebra
from zebra_trl import load
from zebra_trl.card import card
from zebra_trl.checkpoints import Sealing, newest_whole, remove
from zebra_trl.config import has_gpu, needs_reference, processes, trl_config
from zebra_trl.curriculum import Staged, easiness, ordered
from zebra_trl.curves import draw
from zebra_trl.lora import Lora
from zebra_trl.models import positions, tokenizer_of
from zebra_trl.progress import Telling, read_metrics, say
from zebra_trl.rewards import pair_accuracy
from zebra_trl.settings import DPOSettings
from zebra_trl.tokens import Tokens, fitting, split
from zebra_trl.trl_adapters import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from datasets import Dataset

    from zebra_trl.settings import Settings

FULL = ("No space left", "file write failed", "inline_container.cc", "os error 28", "PytorchStreamWriter")
NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EROFS, errno.EACCES)
"""What the libraries say where a file cannot be written; they raise RuntimeError, and their own."""


def train(settings: Settings, dataset: str, model: str, output: Path) -> zebra.TrainingResult:
    """Train a model on a dataset, going on from the newest whole checkpoint in `output`; raises ZebraError."""
    be_quiet(telemetry=settings.telemetry)
    PartialState(cpu=not has_gpu())  # the processes know each other from here on
    began = time.monotonic()
    with _told(settings):
        tokenizer = tokenizer_of(model, settings)
        rows, held = _rows(settings, dataset, model, tokenizer)
        config = trl_config(settings, output, len(rows), say)
        checkpoint = _checkpoint(output)
        trainer = _trainer(settings, config, model, tokenizer, (rows, held))
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        measured = _measured(settings, trainer, held)
        _save(settings, trainer, tokenizer, output)
        result = zebra.TrainingResult(
            rows=len(rows), steps=trainer.state.global_step, seconds=time.monotonic() - began, metrics=measured
        )
        if PartialState().is_main_process:
            _finish(dataset, output, result)
        PartialState().wait_for_everyone()
    return result


def be_quiet(*, telemetry: bool = False) -> None:
    """Keep the libraries from talking over our lines, and from reporting home unless that is asked for."""
    from huggingface_hub import constants  # noqa: PLC0415

    if not telemetry:
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        constants.HF_HUB_DISABLE_TELEMETRY = True
    os.environ["TQDM_DISABLE"] = "1"
    datasets.disable_progress_bars()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.filterwarnings("ignore", module="transformers|torch|trl|accelerate|peft")


def _rows(settings: Settings, dataset: str, model: str, tokenizer: Any) -> tuple[Dataset, Dataset | None]:
    """Return what to train on and what is put aside, as tokens."""
    kind = kind_of(settings)
    with PartialState().main_process_first():
        rows = load.standard(load.read(dataset), pairs=kind.pairs)
        if not kind.rejected:
            rows = rows.select_columns([name for name in rows.column_names if name != "rejected"])
        if not isinstance(rows[0]["chosen"], str) and not tokenizer.chat_template:
            msg = (
                f"the dataset holds messages, and the tokenizer of {model} has no chat template to write them with; "
                f"say --set {settings.name}.chat_template=FILE.jinja"
            )
            raise zebra.ZebraError(msg)
        tokens = Tokens(tokenizer).of(rows)
    most = settings.max_length
    room = positions(model)
    if room and room < most:
        msg = f"max_length is {most}, and the model has {room} positions; say --set {settings.name}.max_length={room}"
        raise zebra.ZebraError(msg)
    kept = fitting(tokens, most, say, cut=kind.cut)
    rows, held = split(kept, settings.held_out, settings.seed)
    if held is not None:
        held = _whole_batches(settings, held)
        say(f"{len(rows):,} rows to train on, {len(held):,} held out")
    return rows, held


def _whole_batches(settings: Settings, held: Dataset) -> Dataset:
    """Leave out the rows of an unfinished batch: TRL's figures are means over batches, and those must weigh the same."""
    batch = settings.others.get("per_device_eval_batch_size", 8) * processes()
    return held.select(range(len(held) // batch * batch or len(held)))


def _trainer(settings: Settings, config: Any, model: str, tokenizer: Any, aside: tuple[Dataset, Dataset | None]) -> Any:
    """Make TRL's trainer for the rows to train on and those held out."""
    rows, held = aside
    kind, lora = kind_of(settings), Lora.of(settings.lora)
    others: dict[str, Any] = {}
    if lora:
        others["peft_config"] = lora.config(reward=settings.kind == "Reward")
        if lora.bits != 16:
            others["quantization_config"] = lora.quantization()
    if isinstance(settings, DPOSettings) and needs_reference(settings):
        others |= {"shift": settings.margin_shift, "use": settings.confidence}
    if config.__dict__.get("precompute_ref_log_probs"):
        say("the reference's log-probabilities are computed first, or taken from the cache")
    trainer = ordered(kind.trainer, _sampler(settings, rows))(
        model=model,
        args=config,
        train_dataset=kind.columns(rows, settings),
        eval_dataset=kind.columns(held, settings) if held is not None else None,
        processing_class=tokenizer,
        callbacks=[Telling(settings.name, zebra.storage.place(config.output_dir)), Sealing()],
        **others,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _sampler(settings: Settings, rows: Dataset) -> Staged | None:
    """Return the order of the curriculum, None where there is none."""
    if not settings.curriculum:
        return None
    by = settings.curriculum_by
    if by not in rows.column_names or settings.kind == "KTO":
        why = "KTO takes responses one by one" if settings.kind == "KTO" else f"the dataset has no column {by!r}"
        msg = f"--curriculum orders pairs by their {by}, but {why}"
        raise zebra.ZebraError(msg)
    say(f"curriculum: {settings.curriculum} by {by}, in {settings.stages} stages")
    return Staged(easiness(rows[by], by, settings.curriculum), settings.stages, settings.seed)


def _checkpoint(output: Path) -> Path | None:
    """Return where to go on from, and remove what a kill left half written."""
    found, damaged = newest_whole(output)
    for checkpoint in damaged:
        say(f"{checkpoint.name} is not whole, so it is left aside")
    if found:
        say(f"going on from {found.name}")
    PartialState().wait_for_everyone()
    if PartialState().is_main_process:
        remove(damaged)
    return found


@contextmanager
def _told(settings: Settings) -> Iterator[None]:
    """Tell of what devices and disks refuse, in words that help."""
    try:
        yield
    except ImportError as wrong:
        msg = f"a setting needs a library that is not installed: {str(wrong).splitlines()[0]}"
        raise zebra.ZebraError(msg) from wrong
    except (RuntimeError, OSError, MemoryError, SafetensorError) as wrong:
        text = str(wrong)
        name = settings.name
        if isinstance(wrong, torch.OutOfMemoryError | MemoryError) or "can't allocate memory" in text:
            msg = (
                f"out of memory with {settings.per_device_train_batch_size} rows of {settings.max_length} tokens on a device; "
                f"try --set {name}.per_device_train_batch_size=1 (and a larger gradient_accumulation_steps), --set "
                f"{name}.gradient_checkpointing=true, a smaller max_length, or --lora r=16"
            )
            raise zebra.ZebraError(msg) from wrong
        if getattr(wrong, "errno", None) in NO_ROOM or any(mark in text for mark in FULL):
            msg = f"cannot write: {text.splitlines()[0][:200]}; make room in the output's folder, or where HF_HOME keeps its caches"
            raise zebra.ZebraError(msg) from wrong
        raise


def _measured(settings: Settings, trainer: Any, held: Dataset | None) -> dict[str, Any]:
    """Measure the trained model on the rows that were held out, beside what length alone says."""
    if held is None:
        return {}
    found = {name.removeprefix("eval_"): value for name, value in trainer.evaluate().items()}
    measured = {"pairs": len(held), "loss": found["loss"]}
    accuracy = found.get("rewards/accuracies", found.get("accuracy"))
    if settings.kind == "KTO" and "rejected_ids" in held.column_names:
        policy = trainer.accelerator.unwrap_model(trainer.model)
        size = trainer.args.per_device_eval_batch_size
        accuracy = pair_accuracy(policy, trainer.ref_model, held, settings.max_length, size)
    if accuracy is not None and "rejected_ids" in held.column_names:
        longer = [len(c) > len(r) for c, r in zip(held["chosen_ids"], held["rejected_ids"], strict=True)]
        measured |= {"accuracy": accuracy, "longer": sum(longer) / len(longer)}
        say(
            f"held-out reward accuracy {accuracy:.3f} of {len(held):,} pairs; the chosen one is the longer in {measured['longer']:.3f}"
        )
    else:
        measured["token_accuracy"] = found.get("mean_token_accuracy", float("nan"))
        say(f"held-out loss {found['loss']:.3f} of {len(held):,} rows")
    return measured


def _save(settings: Settings, trainer: Any, tokenizer: Any, output: Path) -> None:
    """Save the model, with the adapter merged into it where that is asked for."""
    lora = Lora.of(settings.lora)
    if lora and lora.merge:
        trainer.model = trainer.accelerator.unwrap_model(trainer.model).merge_and_unload()
    trainer.save_model(str(output))
    if PartialState().is_main_process:
        tokenizer.save_pretrained(output)


def _finish(dataset: str, output: Path, result: zebra.TrainingResult) -> None:
    """Draw the curves and write the card."""
    draw(read_metrics(output), output / "curves.svg")
    job = zebra.TrainingJob.read(output)
    adapter = (output / "adapter_config.json").is_file()
    if job is not None:
        text = card(job, result, load.manifest_of(dataset), adapter=adapter)
        (output / "README.md").write_text(text, encoding="utf-8")
    (output / "training_args.bin").unlink(missing_ok=True)


def upload(name: str, output: Path) -> None:
    """Upload a trained model; ZebraError where that cannot be, the model is kept."""
    from huggingface_hub import HfApi  # noqa: PLC0415

    try:
        url = HfApi().create_repo(name, exist_ok=True)
        HfApi().upload_folder(repo_id=name, folder_path=output, ignore_patterns=["checkpoint-*"])
    except Exception as wrong:
        msg = f"the model is in {output}, and could not be uploaded: {str(wrong).splitlines()[0]}; later: hf upload {name} {output}"
        raise zebra.ZebraError(msg) from wrong
    say(f"uploaded to {url}")
