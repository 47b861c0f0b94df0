"""The folder of a pool: it is written under another name, and gets its own when everything is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra
from zebra_generate.keeping.journal import NAME

if TYPE_CHECKING:
    from pathlib import Path


def open_folder(output: Path, *, overwrite: bool, retry: bool) -> Path:
    """Return the folder to work in: OUTPUT.partial, or a finished pool whose failures are to be retried.

    Raise ZebraError if the output exists and may neither be overwritten nor retried.
    """
    if output.exists():
        if not (output / NAME).is_file():
            msg = f"{output} exists already, and was not written by this command; choose another --output"
            raise zebra.ZebraError(msg)
        if retry:
            return output
        if not overwrite:
            msg = f"{output} exists already; add --overwrite, --retry-failed, or choose another --output"
            raise zebra.ZebraError(msg)
    folder = output.with_name(f"{output.name}.partial")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot write {folder}: {error.strerror}; choose another --output"
        raise zebra.ZebraError(msg) from error
    return folder


def finish(folder: Path, output: Path) -> None:
    """Give the folder of a finished pool its name."""
    if folder != output:
        zebra.storage.remove(output)
        zebra.storage.publish(folder, output)
