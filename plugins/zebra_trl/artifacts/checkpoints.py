"""Checkpoints that are safe to resume: each is sealed once complete, and only an unchanged one is resumed."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import xxhash
from accelerate import PartialState
from transformers import TrainerCallback

import zebra_core as zebra

if TYPE_CHECKING:
    from transformers import TrainerState, TrainingArguments

SEAL = "whole.json"
"""The file with the size and hash of every other file of a checkpoint."""


class Sealing(TrainerCallback):
    """Seals every checkpoint once all processes have written their part."""

    def on_save(self, args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:
        """Seal the checkpoint that was just saved."""
        processes = PartialState()
        processes.wait_for_everyone()
        if processes.is_main_process:
            seal(Path(args.output_dir) / f"checkpoint-{state.global_step}")


def seal(checkpoint: Path) -> None:
    """Write the seal of a checkpoint, once the files that it vouches for would survive a loss of power."""
    zebra.storage.sync(checkpoint)
    files = {
        path.relative_to(checkpoint).as_posix(): _state(path)
        for path in sorted(checkpoint.rglob("*"))
        if path.is_file()
    }
    files.pop(SEAL, None)
    zebra.storage.write_durably(checkpoint / SEAL, json.dumps(files, indent=2))


def newest_whole(output: Path, limit: int = 0) -> tuple[Path | None, list[Path]]:
    """Return the newest checkpoint that is complete and unchanged, if any, and the damaged ones that are newer.

    Its step is below `limit` if that is above 0.
    """
    damaged: list[Path] = []
    for checkpoint in sorted(output.glob("checkpoint-*"), key=_step, reverse=True):
        if not _is_whole(checkpoint):
            damaged.append(checkpoint)
        elif limit <= 0 or _step(checkpoint) < limit:
            return checkpoint, damaged
    return None, damaged


def remove(checkpoints: list[Path]) -> None:
    """Remove checkpoints."""
    for checkpoint in checkpoints:
        shutil.rmtree(checkpoint, ignore_errors=True)


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.rpartition("-")[2])


def _is_whole(checkpoint: Path) -> bool:
    try:
        files = json.loads((checkpoint / SEAL).read_text(encoding="utf-8"))
        sizes = all((checkpoint / name).stat().st_size == state["bytes"] for name, state in files.items())
        return bool(files) and sizes and all(_state(checkpoint / name) == state for name, state in files.items())
    except (OSError, ValueError, KeyError):
        return False


def _state(path: Path) -> dict[str, object]:
    with path.open("rb") as file:
        return {"bytes": path.stat().st_size, "xxh3_128": hashlib.file_digest(file, xxhash.xxh3_128).hexdigest()}
