"""A training in a process that ends, as if it was killed, when the trainer opens its n-th file to write."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zebra_core.recipe.resolve import Selection
from zebra_core.testing.processes.worker import subject_of
from zebra_core.training.folder import TRAINING
from zebra_core.training.trainer import Training

if TYPE_CHECKING:
    from zebra_core.testing.subject import Subject

KILLED = 9


def run_training(subject: Subject, dataset: str, model: str, output: Path) -> None:
    """Train as `zebra train` does."""
    selection = Selection(subject.bound, None, "checked")
    Training(subject.plugins, selection, model, {}).run(dataset, output)


def _end_at(write: int, output: Path) -> None:
    """End the process when the trainer opens its n-th file to write, in the output folder or what will become of it."""
    folders, count = (output, output.with_name(f"{output.name}.partial")), 0

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count
        if event != "open" or not isinstance(arguments[0], str) or not _writes(arguments[1], arguments[2]):
            return
        path = Path(arguments[0]).absolute()
        if any(map(path.is_relative_to, folders)) and TRAINING not in path.name:
            count += 1
            if count == write:
                os._exit(KILLED)

    sys.addaudithook(watch)


def _writes(mode: object, flags: object) -> bool:
    """Return whether a file is opened to write, by its mode or the flags of the system."""
    written = os.O_WRONLY | os.O_RDWR | os.O_CREAT
    return any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(int(str(flags)) & written)


def main() -> None:
    """Train as the question of the command line says."""
    question = json.loads(sys.argv[1])
    output = Path(question["output"])
    _end_at(question["write"], output)
    run_training(subject_of(question), question["dataset"], question["trained_from"], output)


if __name__ == "__main__":
    main()
