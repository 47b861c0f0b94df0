"""A training as its folder shows it: finished, running or interrupted, with what it has logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import attrs

import zebra_core as zebra
from zebra_core.base.lock import is_locked
from zebra_core.training.folder import STAGED, TRAINING
from zebra_core.training.metrics import points, read_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Status = Literal["finished", "running", "interrupted"]


@attrs.frozen(eq=False)
class State:
    """A training: the folder of its model, its status, its job, its result if it has finished, and the logged entries.

    `folder` has its files: that of the model, or the one beside it until the training has finished.
    """

    output: Path
    folder: Path
    status: Status
    job: zebra.TrainingJob
    result: zebra.TrainingResult | None
    entries: Sequence[dict[str, Any]]

    @property
    def step(self) -> int:
        """The last step that was logged."""
        finished = self.result.steps if self.result else None
        return finished or max((entry["step"] for entry in self.entries), default=0)

    @property
    def total(self) -> int | None:
        """The number of steps until the end: as requested, or from the epochs that the logged steps took; None if unknown."""
        if self.status == "finished":
            return self.step
        options = {**self.job.options, **self.job.options.get("others", {})}
        limit, epochs = options.get("max_steps", 0), options.get("num_train_epochs", 0)
        if isinstance(limit, int) and limit > 0:
            return limit
        _, epoch = next(iter(points(self.entries, "epoch")[-1:]), (0, 0.0))
        return max(self.step, round(self.step / epoch * epochs)) if epoch and epochs else None

    @property
    def checkpoint(self) -> str:
        """The name of the newest checkpoint, empty if there is none."""
        steps = [
            int(text) for path in self.folder.glob("checkpoint-*") if (text := path.name.rpartition("-")[2]).isdigit()
        ]
        return f"checkpoint-{max(steps)}" if steps else ""

    @property
    def signature(self) -> tuple[object, ...]:
        """What changes when the page does: the place, the status, and the number of entries."""
        return self.folder, self.status, len(self.entries)


def read_training(location: str | Path) -> State | None:
    """Return the training whose model is, or will be, in a folder; None if there is none.

    One that runs takes precedence over a finished one that it will replace. Raise ZebraError if its files cannot be read.
    """
    path = zebra.storage.place(location)
    if not zebra.storage.is_local(path):
        return None
    path = path if path.name.strip(".") else path.resolve()
    output = path.with_name(path.name.removesuffix(STAGED)) if path.name.endswith(STAGED) else path
    staged = output.with_name(output.name + STAGED)
    finished = (output / TRAINING).is_file()
    if (staged / TRAINING).is_file():
        running = is_locked(output)
        if running or not finished or path == staged:
            return _state(output, staged, "running" if running else "interrupted")
    return _state(output, output, "finished") if finished else None


def _state(output: Path, folder: Path, status: Status) -> State | None:
    job = zebra.TrainingJob.read(folder)
    if job is None:  # moved to its place in the meantime
        return _state(output, output, "finished") if folder != output else None
    result = zebra.TrainingResult.read(folder) if status == "finished" else None
    return State(output, folder, status, job, result, read_metrics(folder))
