"""The folder of a training: written beside its final place, with the checkpoints that an interruption leaves."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import xxhash

from zebra_core import storage
from zebra_core.base.lock import locked
from zebra_core.dataset.dataset import SPLIT
from zebra_core.dataset.folder import fingerprint
from zebra_core.dataset.manifest import MANIFEST
from zebra_core.dataset.staging import check_free, put_in_place
from zebra_core.errors import Interrupted, ZebraError
from zebra_core.records import Record, as_json, read_record, to_plain, write_record
from zebra_core.training.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRAINING = "training.json"
RESULTS = "results.json"
DESCRIPTIONS = (TRAINING, RESULTS, METRICS, "README.md", "curves.svg")
"""The files of a trained model's folder that say how it was trained; it is the same model without them."""
STAGED = ".partial"
"""What the name of a training's folder ends with until the training has finished."""


@attrs.frozen(kw_only=True)
class TrainingJob(Record):
    """Everything that a training follows from, kept as `training.json` in the model's folder.

    `plugin` is the trainer's plugin with its version; `dataset` and `model` have `location`, and what changes when they do;
    `components` has plugin and options of the components that the trainer calls, by address, such as `reward.exact`, and
    `location` and hash of the reward models that it learns against, by folder, such as `reward model judge`. `distributed` says how
    several processes share the training: it must stay so to resume, but the model is the same one however it was trained.
    """

    zebra: str
    trainer: str
    plugin: str
    options: dict[str, Any]
    dataset: dict[str, Any]
    model: dict[str, Any]
    components: dict[str, Any] = attrs.field(factory=dict)
    distributed: dict[str, Any] = attrs.field(factory=dict, eq=False)

    @classmethod
    def read(cls, folder: str | Path) -> TrainingJob | None:
        """Return the job of a model's folder, None if zebra did not train it. Raise ZebraError for another version."""
        path = Path(folder) / TRAINING
        return read_record(cls, path) if path.is_file() else None


@attrs.frozen(kw_only=True)
class TrainingResult(Record):
    """What a training gave, kept as `results.json` in the model's folder.

    `rows` is the number of rows trained on, `steps` that of optimiser steps, `seconds` the duration; None if the trainer
    does not know. `metrics` are further numbers by name, such as the accuracy on held-out pairs.
    """

    rows: int | None = None
    steps: int | None = None
    seconds: float | None = None
    metrics: dict[str, float] = attrs.field(factory=dict)

    @classmethod
    def read(cls, folder: str | Path) -> TrainingResult | None:
        """Return the result in a model's folder, None if there is none. Raise ZebraError for another version."""
        path = Path(folder) / RESULTS
        return read_record(cls, path) if path.is_file() else None

    def write(self, folder: Path) -> None:
        """Write the result to a model's folder."""
        write_record(self, folder / RESULTS)


@contextmanager
def training_folder(
    output: Path, job: TrainingJob, *, overwrite: bool, resume: bool | None, log: Callable[[str], None]
) -> Iterator[Path]:
    """Give a folder beside `output` to train in, which replaces `output` once everything succeeded.

    If a training of the same job was interrupted, its checkpoints are still there, unless `resume` is False; True requires
    some. Checkpoints are kept whatever happens. If several processes train together, only the first creates and moves the
    folder. Raise ZebraError if `output` exists, another process writes it, or the checkpoints of another training do.
    """
    staging = output.with_name(output.name + STAGED)
    if not is_first_process():
        yield staging
        return
    with locked(output):
        check_output(output, overwrite=overwrite)
        with _staging_folder(staging, job, resume=resume, log=log):
            yield staging
        put_in_place(staging, output)


@contextmanager
def _staging_folder(
    staging: Path, job: TrainingJob, *, resume: bool | None, log: Callable[[str], None]
) -> Iterator[None]:
    _resume_or_create(staging, job, resume=resume, log=log)
    try:
        yield
    except (KeyboardInterrupt, ZebraError) as error:
        kept = _describe_kept(staging)
        if isinstance(error, KeyboardInterrupt):
            msg = f"interrupted; {kept}"
            raise Interrupted(msg) from error
        msg = f"{error}; {kept}" if _checkpoints(staging) else str(error)
        raise ZebraError(msg) from error


def is_first_process() -> bool:
    """Return whether this process leads those that train together (`torchrun` and `accelerate launch` set RANK)."""
    return os.environ.get("RANK", "0") == "0"


def located_version(location: str) -> dict[str, Any]:
    """Return a location with what changes when its content does: a dataset's hash, else names and sizes of files."""
    path = Path(location.partition(SPLIT)[0])
    if (path / MANIFEST).is_file():
        return {"location": storage.shown(location), "manifest": fingerprint([path / MANIFEST])[0]["xxh3_128"]}
    files = sorted(file for file in (path, *path.rglob("*")) if file.is_file())
    version = {"files": [[file.name, file.stat().st_size] for file in files]} if files else {}
    return {"location": storage.shown(location), **version}


def model_version(model: str) -> dict[str, Any]:
    """Return a model with what changes when it does: the hash of the content if a training gave it, else names and sizes of files."""
    return content_version(model) if (Path(model) / TRAINING).is_file() else located_version(model)


def content_version(model: str) -> dict[str, Any]:
    """Return the folder of a trained model with the hash of what a training that starts from it reads."""
    folder = Path(model)
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.name not in DESCRIPTIONS
        and not path.relative_to(folder).parts[0].startswith("checkpoint-")
    )
    hashes = [[path.relative_to(folder).as_posix(), fingerprint([path])[0]["xxh3_128"]] for path in files]
    return {"location": storage.shown(model), "xxh3_128": xxhash.xxh3_128_hexdigest(json.dumps(hashes).encode())}


def wait_for_model(output: Path, job: TrainingJob) -> None:
    """Wait until the first of the processes that train together has put the model of a job in place."""
    while TrainingJob.read(output) != job:
        time.sleep(0.1)


def check_output(output: Path, *, overwrite: bool) -> None:
    """Raise ZebraError if a folder cannot take a trained model."""
    check_free(output, TRAINING, "model", overwrite=overwrite)


def _resume_or_create(staging: Path, job: TrainingJob, *, resume: bool | None, log: Callable[[str], None]) -> None:
    """Create the folder, or resume the one that an interrupted training of the same job left."""
    if resume is not False and _checkpoints(staging):
        before = read_record(TrainingJob, staging / TRAINING)
        differences = changes(before, job)
        if differences:
            msg = (
                f"{staging} holds checkpoints of another training ({'; '.join(differences)}); add --no-resume to start over, "
                "or choose another folder"
            )
            raise ZebraError(msg)
        log(f"resuming the interrupted training in {staging}")
        return
    if resume:
        msg = f"there is no interrupted training to resume: {staging} has no checkpoint"
        raise ZebraError(msg)
    storage.remove(staging)
    try:
        staging.mkdir(parents=True)
        write_record(job, staging / TRAINING)
    except OSError as error:
        msg = f"cannot write {staging}: {error.strerror}"
        raise ZebraError(msg) from error


def changes(before: TrainingJob, now: TrainingJob) -> list[str]:
    """Return the differences between two jobs, in words."""
    return _changes(to_plain(before), json.loads(as_json(to_plain(now))))


def _changes(before: dict[str, Any], now: dict[str, Any], prefix: str = "") -> list[str]:
    differences = []
    for key in sorted({*before, *now}):
        old, new = before.get(key), now.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            differences += _changes(old, new, f"{prefix}{key}.")
        elif old != new:
            differences.append(f"{prefix}{key} was {_shown(old)} and is {_shown(new)}")
    return differences


def _shown(value: object) -> str:
    text = "not set" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 100 else text[:97] + "..."


def _checkpoints(staging: Path) -> list[Path]:
    return sorted(staging.glob("checkpoint-*"), key=lambda path: int(path.name.rpartition("-")[2]))


def _describe_kept(staging: Path) -> str:
    if not _checkpoints(staging):
        storage.remove(staging)
        return "nothing was kept: no checkpoint was reached"
    return f"what was saved is kept in {staging}, and the same command resumes from the newest complete checkpoint"
