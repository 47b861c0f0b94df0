"""Locks: one process at a time writes an output, and the system releases the lock of a process that dies."""

from __future__ import annotations

import errno
import json
import os
import socket
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zebra_core.errors import OutputError, ZebraError

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def locked(target: Path, *, wait: float = 0) -> Iterator[None]:
    """Hold the lock of an output: the file `target`.lock beside it, which is removed at the end.

    Folders that are created for the output are removed again if nothing was written to them.
    Wait up to `wait` seconds for it. Raise ZebraError, naming the holder, if another process has it, and OutputError if the
    lock file cannot be written. A URL, and a file system without locks, are written without one.
    """
    if not isinstance(target, Path):
        yield
        return
    from filelock import FileLock, Timeout  # noqa: PLC0415  # only commands that write need it

    path = _lock_file(target)
    lock = FileLock(path, thread_local=False, fallback_to_soft=False)
    missing = [folder for folder in path.parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=wait)
    except Timeout as error:
        msg = f"{target} is being written by {_holder(path)}; wait until it ends, or choose another output"
        raise ZebraError(msg) from error
    except OSError as error:
        if error.errno != errno.ENOSYS:
            below_file = isinstance(error, FileExistsError)
            reason = os.strerror(errno.ENOTDIR) if below_file else error.strerror or error
            msg = f"cannot write {target}: {reason}; free some space, or choose another output"
            raise OutputError(msg) from error
    try:
        with suppress(OSError):  # on a full disk the lock holds all the same
            path.write_text(_this_process(), encoding="utf-8")
        yield
    finally:
        path.unlink(missing_ok=True)  # before the release: whoever opened the removed file does not get the lock
        lock.release()
        with suppress(OSError):
            for folder in missing:
                folder.rmdir()


def is_locked(target: Path) -> bool:
    """Return whether a process has the lock of an output, as its lock file says, without taking it."""
    path = _lock_file(target)
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        elsewhere = os.name == "nt" or holder["host"] != socket.gethostname()
        return elsewhere or _is_alive(int(holder["pid"]))
    except OSError:
        return False
    except (ValueError, KeyError, TypeError):  # it is just being written
        return True


def _lock_file(target: Path) -> Path:
    place = target.resolve()
    return place.with_name(f"{place.name}.lock")


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        return True
    return True


def _this_process() -> str:
    """Return what another process reads about this one."""
    since = datetime.now(UTC).isoformat(sep=" ", timespec="seconds")
    return json.dumps({"pid": os.getpid(), "since": since, "host": socket.gethostname()}) + "\n"


def _holder(path: Path) -> str:
    """Return who has a lock, in words."""
    try:
        holder = json.loads(path.read_text(encoding="utf-8"))
        return f"process {holder['pid']} on {holder['host']} since {holder['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
