"""A folder that is complete or absent: written beside its final place, resumed after an interruption, and renamed at the end."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs

from zebra_core import storage
from zebra_core.base.lock import locked
from zebra_core.dataset.shards import writing
from zebra_core.errors import Interrupted, OutputError, ZebraError
from zebra_core.records import read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from zebra_core.records import Record

JOB, DATA, DONE = "job.json", "data", "done"
"""What an unfinished folder has: the record of what it follows from, its shards, and a marker for each finished one."""


@contextmanager
def staging_folder(  # noqa: PLR0913  # what is written, and what may be replaced
    output: Path, job: Record, mark: str, what: str, *, overwrite: bool, log: Callable[[str], None]
) -> Iterator[Path]:
    """Give a folder beside `output` to write in, which replaces `output` once everything succeeded.

    If an interrupted command with the same job finished shards, they are still there, and `log` gets a line about it; any
    other leftover is removed. Raise ZebraError if `output` exists, unless it is an empty folder, or a `what` (recognised by
    the file `mark`) that may be overwritten, or another process writes it, and Interrupted after Ctrl-C.
    """
    output = output if output.name else output.resolve()
    with locked(output):
        check_free(output, mark, what, overwrite=overwrite)
        with _staging_folder(output, job, log) as staging:
            yield staging


@contextmanager
def _staging_folder(output: Path, job: Record, log: Callable[[str], None]) -> Iterator[Path]:
    staging = output.with_name(output.name + ".partial")
    with writing(output):
        _resume_or_create(staging, job, log)
    try:
        yield staging
        with writing(output):
            _commit(staging, output)
    except (KeyboardInterrupt, OutputError) as error:
        finished = _finished(staging)
        if not finished:
            storage.remove(staging)
        kept = (
            f"{finished} finished shards are kept in {staging}, and the same command resumes from there"
            if finished
            else "nothing was kept"
        )
        if isinstance(error, KeyboardInterrupt):
            msg = f"interrupted; {kept}"
            raise Interrupted(msg) from error
        msg = f"{error}; {kept}"
        raise OutputError(msg) from error
    except Exception:
        storage.remove(staging)
        raise


def check_free(output: Path, mark: str, what: str, *, overwrite: bool) -> None:
    """Raise ZebraError if a folder is in use.

    A `what` (recognised by the file `mark`) is in use unless it may be overwritten; anything else always is.
    """
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    if not overwrite:
        msg = f"{output} exists already; add --overwrite to replace it, or choose another --output"
        raise ZebraError(msg)
    if not (output / mark).is_file():
        msg = f"{output} is not a {what} made by zebra (it has no {mark}), so it is not overwritten; choose another --output"
        raise ZebraError(msg)


def _finished(staging: Path) -> int:
    return len(list((staging / DONE).glob("**/*.json")))


def _resume_or_create(staging: Path, job: Record, log: Callable[[str], None]) -> None:
    """Create the folder, or resume the one that an interrupted command with the same job left."""
    changes, finished = _changes(staging / JOB, job), _finished(staging)
    if changes == [] and finished:
        log(f"resuming an interrupted run: {finished} shards are finished")
        _keep_shards(staging)
        return
    if changes:
        log(f"starting over: since the interrupted run, this has changed: {', '.join(changes)}")
    storage.remove(staging)
    staging.mkdir(parents=True)
    write_record(job, staging / JOB)


def _keep_shards(staging: Path) -> None:
    """Remove everything but the job, the finished shards and their markers."""
    for unfinished in staging.rglob("*.tmp"):
        unfinished.unlink()
    for path in staging.iterdir():
        if path.name not in (JOB, DATA, DONE):
            storage.remove(path) if path.is_dir() else path.unlink()


def _changes(path: Path, job: Record) -> list[str] | None:
    """Return the names of what differs between the job in a file and `job`; None if there is no such file."""
    if not path.is_file():
        return None
    try:
        before = read_record(type(job), path)
    except ZebraError:
        return ["the version of zebra"]
    return [field.name for field in attrs.fields(type(job)) if getattr(before, field.name) != getattr(job, field.name)]


def _commit(staging: Path, output: Path) -> None:
    storage.remove(staging / DONE)
    for unfinished in staging.rglob("*.tmp"):
        unfinished.unlink()
    (staging / JOB).unlink()
    put_in_place(staging, output)


def put_in_place(staging: Path, output: Path) -> None:
    """Move a finished folder to its place; what was there is kept beside it until then."""
    old = output.with_name(output.name + ".old")
    storage.remove(old)
    if output.exists():
        storage.move(output, old)
    storage.publish(staging, output)
    storage.remove(old)
