"""Where files are: on this machine, or behind a URL that fsspec knows (s3://, gs://, hf://, https://, memory://)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, cast

import pyarrow as pa

from zebra_core.errors import ZebraError


def place(location: str | Path) -> Path:
    """Return the path of a location; behind a URL it is a UPath, which has the same methods.

    Raises ZebraError for a URL of no known protocol, or one whose library is not installed.
    """
    if not isinstance(location, str) or "://" not in location:
        return Path(location) if isinstance(location, str) else location
    from upath import UPath  # noqa: PLC0415  # what is local needs none of it

    try:
        found = UPath(location)
        _ = found.fs
    except (ValueError, ImportError) as wrong:
        msg = f"cannot open {location}: {wrong}"
        raise ZebraError(msg) from wrong
    return Path(found.path) if found.protocol == "file" else cast("Path", found)


def is_local(path: Path) -> bool:
    """Whether a path is on this machine's file system."""
    return isinstance(path, Path)


def source(path: Path) -> Any:
    """Return what Arrow reads a file from: its name where it is local, else an open file."""
    return str(path.absolute()) if is_local(path) else path.open("rb")


def sink(path: Path) -> Any:
    """Return what Arrow writes a file to."""
    return pa.OSFile(str(path), "wb") if is_local(path) else path.open("wb")


def move(old: Path, new: Path) -> None:
    """Give a file or a folder its place: at once where it is local; object stores copy."""
    if is_local(old):
        old.replace(new)
    else:
        cast("Any", old).fs.mv(cast("Any", old).path, cast("Any", new).path, recursive=True)


def remove(folder: Path) -> None:
    """Remove a folder and what is in it; nothing where it is not there."""
    if is_local(folder):
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.exists():
        cast("Any", folder).fs.rm(cast("Any", folder).path, recursive=True)


def version_of(path: Path) -> dict[str, str]:
    """Return what changes when a remote file does, as its file system tells it (an ETag, a time, a commit)."""
    return {"key": str(cast("Any", path).fs.ukey(cast("Any", path).path))}


def faults(path: Path) -> tuple[type[Exception], ...]:
    """Return what reading a path may raise; remote file systems raise whatever they like."""
    return (OSError, pa.ArrowException) if is_local(path) else (Exception,)
