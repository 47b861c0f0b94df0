"""The folder of a pool: it is written under another name, and gets its own when everything is there."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra
from zebra_generate.keeping.journal import NAME

if TYPE_CHECKING:
    from pathlib import Path


@attrs.frozen
class Target:
    """The pool to write, a folder, and what may be done if it exists: replace it, or reuse its responses.

    `flag` is the option that names another folder.
    """

    output: Path
    overwrite: bool = False
    reuse: bool = False
    flag: str = "--output"


def open_folder(target: Target, *, retry: bool) -> Path:
    """Return the folder to work in: OUTPUT.partial, or a finished pool whose failures are to be retried.

    The first begins with the responses of a pool that is reused. Raise ZebraError if the output exists, and may not be
    overwritten, retried or reused.
    """
    output, other = target.output, f"choose another {target.flag}"
    if output.exists():
        if not (output / NAME).is_file():
            msg = f"{output} exists already, and was not written by this command; {other}"
            raise zebra.ZebraError(msg)
        if retry:
            return output
        if not (target.overwrite or target.reuse):
            msg = f"{output} exists already; add --overwrite, --retry-failed, or {other}"
            raise zebra.ZebraError(msg)
    folder = output.with_name(f"{output.name}.partial")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if target.reuse and output.exists() and not (folder / NAME).exists():
            unfinished = zebra.storage.unfinished_name(folder / NAME)
            shutil.copyfile(output / NAME, unfinished)
            zebra.storage.publish(unfinished, folder / NAME)
    except OSError as error:
        msg = f"cannot write {folder}: {error.strerror}; {other}"
        raise zebra.ZebraError(msg) from error
    return folder


def finish(folder: Path, output: Path) -> None:
    """Give the folder of a finished pool its name."""
    if folder != output:
        zebra.storage.remove(output)
        zebra.storage.publish(folder, output)
