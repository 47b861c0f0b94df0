"""The folder of a training: written beside its place, with checkpoints that an interruption leaves."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zebra_core import storage
from zebra_core.errors import ZebraError
from zebra_core.folder import MANIFEST, Interrupted, as_json, check_free, fingerprint, put_in_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRAINING = "training.json"


@contextmanager
def training_folder(
    output: Path, job: dict[str, Any], *, overwrite: bool, resume: bool | None, say: Callable[[str], None]
) -> Iterator[Path]:
    """Give a folder beside `output` to train in, which takes its place when all went well.

    `job` is what the training follows from. Where one of the same job was interrupted, its checkpoints are still there, unless
    `resume` is False; True wants some. Whatever goes wrong, checkpoints are kept. Of several processes that train together,
    the first alone makes and moves the folder. Raises ZebraError where `output` exists, or another training's checkpoints do.
    """
    staging = output.with_name(output.name + ".partial")
    if not is_first_process():
        yield staging
        return
    check_output(output, overwrite=overwrite)
    _take_up(staging, json.loads(as_json(job)), resume=resume, say=say)
    try:
        yield staging
    except (KeyboardInterrupt, ZebraError) as end:
        kept = _kept(staging)
        if isinstance(end, KeyboardInterrupt):
            msg = f"interrupted; {kept}"
            raise Interrupted(msg) from end
        msg = f"{end}; {kept}" if _checkpoints(staging) else str(end)
        raise ZebraError(msg) from end
    put_in_place(staging, output)


def is_first_process() -> bool:
    """Whether this process leads those that train together (`torchrun` and `accelerate launch` number them in RANK)."""
    return os.environ.get("RANK", "0") == "0"


def training_job(trainer: dict[str, Any], dataset: str, model: str) -> dict[str, Any]:
    """Return what a training follows from: the trainer with its options, and the versions of dataset and model."""
    return {
        **trainer,
        "dataset": {"location": dataset, **_version(dataset)},
        "model": {"location": model, **_version(model)},
    }


def _version(location: str) -> dict[str, Any]:
    """Return what changes when a folder or file does: a dataset's manifest as hash, else names and sizes of files."""
    path = Path(location)
    if (path / MANIFEST).is_file():
        return {"manifest": fingerprint([path / MANIFEST])[0]["xxh3_128"]}
    files = sorted(file for file in (path, *path.rglob("*")) if file.is_file())
    return {"files": [[file.name, file.stat().st_size] for file in files]} if files else {}


def check_output(output: Path, *, overwrite: bool) -> None:
    """Raise ZebraError where a folder is not free for a trained model."""
    check_free(output, TRAINING, "model", overwrite=overwrite)


def _take_up(staging: Path, job: dict[str, Any], *, resume: bool | None, say: Callable[[str], None]) -> None:
    """Make the folder, or take up the one that an interrupted training of the same job left."""
    if resume is not False and _checkpoints(staging):
        before = json.loads((staging / TRAINING).read_text(encoding="utf-8"))
        changed = _changes(before, job)
        if changed:
            msg = (
                f"{staging} holds checkpoints of another training ({'; '.join(changed)}); say --no-resume to start afresh, "
                "or choose another folder"
            )
            raise ZebraError(msg)
        say(f"going on with the interrupted training in {staging}")
        return
    if resume:
        msg = f"there is no interrupted training to resume: {staging} has no checkpoint"
        raise ZebraError(msg)
    storage.remove(staging)
    try:
        staging.mkdir(parents=True)
        (staging / TRAINING).write_text(as_json(job), encoding="utf-8")
    except OSError as wrong:
        msg = f"cannot write {staging}: {wrong.strerror}"
        raise ZebraError(msg) from wrong


def _changes(before: dict[str, Any], now: dict[str, Any], of: str = "") -> list[str]:
    """Return what differs between two jobs, in words."""
    found = []
    for key in sorted({*before, *now}):
        old, new = before.get(key), now.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            found += _changes(old, new, f"{of}{key}.")
        elif old != new:
            found.append(f"{of}{key} was {_told(old)} and is {_told(new)}")
    return found


def _told(value: Any) -> str:
    text = "not set" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else text[:97] + "..."


def _checkpoints(staging: Path) -> list[Path]:
    return sorted(staging.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))


def _kept(staging: Path) -> str:
    if not _checkpoints(staging):
        storage.remove(staging)
        return "nothing was kept: no checkpoint was reached"
    return f"what was saved is kept in {staging}, and the same command goes on from the newest whole checkpoint"
