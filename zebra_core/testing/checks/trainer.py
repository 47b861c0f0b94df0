"""Checks of trainers: from a dataset, a model and an output folder to a TrainingResult."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import attrs

from zebra_core.errors import MissingExtraError, ZebraError
from zebra_core.plugins.protocols import ChecksModel
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.calls import example_of
from zebra_core.testing.examples.results import result_of
from zebra_core.testing.processes.killed import run_training
from zebra_core.testing.processes.other import environment, question_about
from zebra_core.training.folder import TrainingResult

if TYPE_CHECKING:
    from zebra_core.testing.subject import Subject

KILLED = 9
NO_MODEL = "./no/such/model"


@attrs.frozen
class Trained:
    """What a training gave: what the trainer returned, and the names of what it wrote to its output folder and beside it."""

    result: object
    written: tuple[str, ...]
    beside: tuple[str, ...]


@cache
def train(subject: Subject) -> Trained:
    """Train once. Raise CheckSkipped if that fails, which another check is for."""
    result_of(subject)
    with TemporaryDirectory() as folder:
        dataset, model, output = example_of(subject, Path(folder)).arguments
        before = set(os.listdir(folder))  # noqa: PTH208
        result = subject.call(dataset, model, output)
        return Trained(result, tuple(os.listdir(output)), tuple(sorted({*os.listdir(folder)} - before)))  # noqa: PTH208


def gives_a_training_result(subject: Subject) -> None:
    """It returns a zebra.TrainingResult, or None if it knows nothing of the training."""
    result = train(subject).result
    if result is not None and not isinstance(result, TrainingResult):
        fail(f"it must return a zebra.TrainingResult or None, got {type(result).__name__}")


def writes_a_model(subject: Subject) -> None:
    """It writes the trained model to the output folder."""
    if all(name.startswith("checkpoint-") for name in train(subject).written):
        fail("it wrote nothing to the output folder but checkpoints, so there is no trained model")


def writes_to_its_output_only(subject: Subject) -> None:
    """It writes to the output folder and nowhere beside it: ZEBRA moves that folder into place once all is well."""
    if beside := train(subject).beside:
        fail(f"it wrote {', '.join(beside)} beside its output folder")


def survives_being_killed(subject: Subject) -> None:
    """If it is killed while it writes, there is no output folder, and the same training then runs to its end."""
    trained = train(subject)
    if not isinstance(trained.result, TrainingResult | None) or not trained.written:
        skip("a training with it fails; see gives_a_training_result and writes_a_model")
    if subject.requested is None:
        skip("another process has the components of plugins only; name one, or the file that it is in")
    with TemporaryDirectory() as folder:
        dataset, model, _ = example_of(subject, Path(folder)).arguments
        output = Path(folder, "trained")
        if not any(_is_killed(subject, dataset, model, output, write) for write in (2, 1)):
            skip("it opened no file to write, so that there was no moment to kill it at")
        if output.exists():
            fail(f"it was killed, but the output folder has {', '.join(sorted(os.listdir(output))) or 'been made'}")  # noqa: PTH208
        try:
            run_training(subject, dataset, model, output)
        except ZebraError as error:
            fail(f"it was killed, and the same training then fails: {error}")


def _is_killed(subject: Subject, dataset: str, model: str, output: Path, write: int) -> bool:
    """Train in another process, which is killed when it opens its n-th file to write. Return whether it came to that."""
    question = {
        **question_about(subject),
        "dataset": dataset,
        "trained_from": model,
        "output": str(output),
        "write": write,
    }
    command = [sys.executable, "-m", "zebra_core.testing.processes.killed", json.dumps(question)]
    done = subprocess.run(command, check=False, capture_output=True, env=environment(), cwd=output.parent)  # noqa: S603
    return done.returncode == KILLED


def refuses_a_model_that_is_missing(subject: Subject) -> None:
    """If it has `check`, that raises a ZebraError for a model that is not there, before anything slow happens."""
    if not isinstance(subject.instance, ChecksModel):
        skip("it has no `check`")
    try:
        subject.instance.check(NO_MODEL)
    except MissingExtraError:
        raise
    except ZebraError:
        return
    except Exception as error:  # noqa: BLE001  # what this is for
        fail(f"its `check` raises {type(error).__name__}: {error}; raise a zebra.ZebraError that says what is wrong")
    fail(f"its `check` accepts the model {NO_MODEL!r}; call zebra.check_model")


CHECKS = (
    *checks_in(
        gives_a_training_result, writes_a_model, writes_to_its_output_only, survives_being_killed, kinds=("trainer",)
    ),
    *checks_in(refuses_a_model_that_is_missing, kinds=("trainer", "evaluator")),
)
