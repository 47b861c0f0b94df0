"""Paths of files: on this machine, or behind a URL that fsspec supports (s3://, gs://, hf://, https://, memory://)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pyarrow as pa

from zebra_core.errors import ZebraError
from zebra_core.redaction import lacks_secret, redacted, remember_secrets

LONGEST_PATH, LONGEST_NAME = 4096, 255
"""The limits of common file systems: characters of a path, bytes of a name."""

OF_WEB = ("ETag", "Content-MD5", "Digest", "Last-Modified")
"""What a web server may say about the version of a file, best first."""


def place(location: str | Path) -> Path:
    """Return the path of a location; for a URL it is a UPath, which has the same methods.

    Raise ZebraError for a path that cannot exist, and for a URL with an unknown protocol, without its library, or whose
    secret was left out.
    """
    if not isinstance(location, str):
        return location
    if "://" not in location:
        return _local_path(location)
    check_secret(location)
    remember_secrets(location)
    from upath import UPath  # noqa: PLC0415  # not needed for local files

    try:
        path = UPath(location)
        _ = path.fs
    except (ValueError, ImportError) as error:
        msg = f"cannot open {location}: {error}"
        raise ZebraError(msg) from error
    return Path(path.path) if path.protocol == "file" else cast("Path", path)


def _local_path(text: str) -> Path:
    """Return a path on this machine. Raise ZebraError if no file system can have it."""
    path = Path(text)
    if (
        "\0" in text
        or len(text) > LONGEST_PATH
        or any(len(part.encode(errors="replace")) > LONGEST_NAME for part in path.parts)
    ):
        shown = text if len(text) <= 60 else f"{text[:60]}..."
        msg = f"{shown!r} is not a path: it is too long, or has a NUL character; check the name"
        raise ZebraError(msg)
    return path


def check_secret(location: str, flag: str = "--pool") -> None:
    """Raise ZebraError if the secret of a location was left out; `flag` is the option to give it with again."""
    if lacks_secret(location):
        msg = (
            f"{location} was recorded without its secret; give the whole location again, such as "
            f"`zebra run recipe.toml {flag} URL`, or take the secret out of the recipe's location and set it in the "
            "environment or in the configuration of fsspec"
        )
        raise ZebraError(msg)


def shown(path: str | Path) -> str:
    """Return a location as it is shown and recorded: without secrets."""
    return redacted(str(path))


def file_name(path: Path) -> str:
    """Return the name of a file; that of a web address ends before the query."""
    web = not is_local(path) and cast("Any", path).protocol in ("http", "https")
    return path.name.partition("?")[0] if web else path.name


def suffix_of(path: Path) -> str:
    """Return the suffix of a file in lower case, with its dot."""
    return Path(file_name(path)).suffix.casefold()


def is_local(path: Path) -> bool:
    """Return whether a path is on this machine's file system."""
    return isinstance(path, Path)


def source(path: Path) -> Any:
    """Return what Arrow reads a file from: its name if it is local, else an open file."""
    return str(path.absolute()) if is_local(path) else path.open("rb")


def sink(path: Path) -> Any:
    """Return what Arrow writes a file to."""
    return pa.OSFile(str(path), "wb") if is_local(path) else path.open("wb")


def move(old: Path, new: Path) -> None:
    """Move a file or a folder: atomically if it is local; object stores copy."""
    if is_local(old):
        old.replace(new)
    else:
        cast("Any", old).fs.mv(cast("Any", old).path, cast("Any", new).path, recursive=True)


def unfinished_name(path: Path) -> Path:
    """Return a temporary name that no other process uses: on a cluster two nodes may work on one shard for a while."""
    return path.with_name(f"{path.name}.{uuid4().hex}.tmp")


def sync(path: Path) -> None:
    """Have a file, or a folder with everything in it, survive a loss of power. Object stores do that by themselves."""
    if not is_local(path):
        return
    if path.is_dir():
        for entry in path.iterdir():
            sync(entry)
    _flush(path)


def make_folder(path: Path) -> None:
    """Create a folder, and those that it lies in; after a loss of power it is there."""
    if path.is_dir():
        return
    missing = [folder for folder in (path, *path.parents) if not folder.is_dir()]
    path.mkdir(parents=True, exist_ok=True)
    if is_local(path):
        for folder in missing:
            _flush(folder.parent)


def publish(staged: Path, final: Path) -> None:
    """Give a finished file or folder its final name, so that after a loss of power the name never has other content."""
    sync(staged)
    move(staged, final)
    if is_local(final):
        _flush(final.parent)


def write_text(path: Path, text: str) -> None:
    """Write a text file: UTF-8, with the same line ends on every system."""
    path.write_bytes(text.encode())


def write_durably(path: Path, content: str | bytes) -> None:
    """Write a file, a text as UTF-8: after a crash or a loss of power it has the former content or the new one.

    No other process may write it at the same time.
    """
    if not is_local(path):
        path.write_bytes(_as_bytes(content))
        return
    unfinished = path.with_name(f"{path.name}.tmp")
    try:
        unfinished.write_bytes(_as_bytes(content))
        publish(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _as_bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()


def _flush(path: Path) -> None:
    """Write what the system keeps of one file, or of one folder's list of names, to the disk."""
    if os.name == "nt" and path.is_dir():  # Windows writes names by itself
        return
    handle = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)  # Windows flushes what may be written to
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def remove(folder: Path) -> None:
    """Remove a folder and its contents, if it exists."""
    if is_local(folder):
        shutil.rmtree(folder, ignore_errors=True)
    elif folder.exists():
        cast("Any", folder).fs.rm(cast("Any", folder).path, recursive=True)


def version_of(path: Path) -> dict[str, str]:
    """Return what changes when a remote file does, as its file system reports it (an ETag, a time, a commit)."""
    system, name = cast("Any", path).fs, cast("Any", path).path
    if cast("Any", path).protocol in ("http", "https"):  # whose own key is a hash of the address, with its secrets
        details = system.info(name)
        return {"key": str(next((details[key] for key in OF_WEB if key in details), ""))}
    return {"key": str(system.ukey(name))}


def faults(path: Path) -> tuple[type[Exception], ...]:
    """Return the exceptions that reading a path may raise; remote file systems raise any."""
    return (OSError, pa.ArrowException) if is_local(path) else (Exception,)
