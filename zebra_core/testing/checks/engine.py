"""Checks of engines: from a writer and its tasks to the shards, in order."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import attrs

from zebra_core.dataset.engine import run_engine
from zebra_core.dataset.shards import Shard
from zebra_core.errors import PluginError, ZebraError
from zebra_core.pool.pool import Part
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples import toy
from zebra_core.testing.examples.calls import engine_tasks
from zebra_core.testing.examples.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_core.dataset.shards import ShardTask, Writer
    from zebra_core.testing.subject import Subject

MISTAKE = "the pool of this check cannot be read"


@contextmanager
def tasks_in_a_folder() -> Iterator[tuple[Writer, list[ShardTask]]]:
    """Give a writer to a temporary folder, and four tasks."""
    with TemporaryDirectory() as folder:
        yield engine_tasks(Path(folder, "dataset"))


def build(subject: Subject, writer: Writer, tasks: list[ShardTask], workers: int = 2) -> list[Shard]:
    """Return the shards of an engine. Raise CheckSkipped if it fails, which another check is for."""
    try:
        shards = list(subject.call(writer, tasks, workers))
    except (ZebraError, TypeError):
        skip("it does not work on the example; see works_on_an_example and gives_one_shard_per_task")
    if not all(isinstance(shard, Shard) for shard in shards):
        skip("it does not return shards; see gives_one_shard_per_task")
    return shards


def writes_the_bytes_of_one_after_the_other(subject: Subject) -> None:
    """The files are, byte for byte, those of an engine that writes one shard after the other."""
    with tasks_in_a_folder() as (writer, tasks):
        toy.one_by_one(writer, tasks, 1)
        expected = plain(writer.folder / "data")
    with tasks_in_a_folder() as (writer, tasks):
        build(subject, writer, tasks)
        files = plain(writer.folder / "data")
    if missing := sorted({*expected} - {*files}):
        skip(f"it has not written {missing[0]}; see gives_one_shard_per_task")
    if files != expected:
        fail(f"it wrote other bytes, or other files: {', '.join(sorted(files))}")


def gives_one_shard_per_task(subject: Subject) -> None:
    """It returns one shard per task, in the order of the tasks, and each is on disk with all its rows."""
    with tasks_in_a_folder() as (writer, tasks):
        try:
            run_engine(subject.bound, writer, tasks, 2)
        except PluginError as error:
            if "it failed with" in str(error):
                skip("it does not work on the example; see works_on_an_example")
            fail(str(error))


def takes_any_number_of_workers(subject: Subject) -> None:
    """It takes 1 worker, more workers than tasks, and 0, which leaves the number to the engine."""
    with tasks_in_a_folder() as (writer, tasks):
        expected = [shard.name for shard in build(subject, writer, tasks)]
    for workers in (1, 16, 0):
        with tasks_in_a_folder() as (writer, tasks):
            try:
                names = [shard.name for shard in subject.call(writer, tasks, workers)]
            except ZebraError as error:
                fail(f"with {workers} workers it raises an error: {error}")
        if names != expected:
            fail(f"with {workers} workers it returns other shards")


def passes_errors_on(subject: Subject) -> None:
    """An error in a task is raised, and is still a ZebraError."""
    with tasks_in_a_folder() as (writer, tasks):
        tasks[1] = attrs.evolve(tasks[1], parts=(Part("broken", _cannot_be_read),))
        try:
            list(subject.instance(writer, tasks, 2))
        except ZebraError as error:
            if MISTAKE not in str(error):
                skip("it does not work on the example; see works_on_an_example")
        except Exception as error:  # noqa: BLE001  # what this is for
            fail(f"a ZebraError in a task became a {type(error).__name__}")
        else:
            fail("an error in a task was lost")


def _cannot_be_read() -> Iterator[Any]:
    raise ZebraError(MISTAKE)


def writes_nothing_twice(subject: Subject) -> None:
    """A task that an interrupted run has finished is not written again."""
    with tasks_in_a_folder() as (writer, tasks):
        build(subject, writer, tasks)
        files = sorted((writer.folder / "data").glob("*.parquet"))
        before = [file.stat().st_mtime_ns for file in files]
        build(subject, writer, tasks)
        if [file.stat().st_mtime_ns for file in files] != before:
            fail("it wrote a shard again that was finished; call `write` itself on each task, which knows")


def takes_no_task(subject: Subject) -> None:
    """It returns no shard if there is no task."""
    with tasks_in_a_folder() as (writer, tasks):
        build(subject, writer, tasks)
    with tasks_in_a_folder() as (writer, _):
        try:
            shards = list(subject.call(writer, [], 2))
        except ZebraError as error:
            fail(f"without a task it raises an error: {error}")
        if shards:
            fail(f"without a task it returns {len(shards)} shards")


CHECKS = checks_in(
    gives_one_shard_per_task,
    writes_the_bytes_of_one_after_the_other,
    takes_any_number_of_workers,
    passes_errors_on,
    writes_nothing_twice,
    takes_no_task,
    kinds=("engine",),
)
