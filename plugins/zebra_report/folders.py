"""The pages of `zebra report` that are not of one dataset: of several side by side, and of a training."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

import zebra_core as zebra
from zebra_core.dataset.dataset import SPLIT
from zebra_core.dataset.exported import EXPORT
from zebra_core.dataset.manifest import MANIFEST
from zebra_core.training.folder import TRAINING
from zebra_report.comparison.page import comparison_page
from zebra_report.training.page import page_of, training_page
from zebra_report.training.state import read_training
from zebra_report.training.watch import follow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_report.training.state import State

COMPARISON = "comparison.html"
"""The default page of a comparison, in the current folder."""


def write_other_page(
    folders: Sequence[str], plugins: zebra.Plugins, output: Path | None, ignored: Sequence[str], *, watch: bool
) -> bool:
    """Write the page of several datasets, or of a training, and print where it is. Return False for a single dataset.

    Raise ZebraError if a folder is neither, or for options of another kind of page: `ignored` names those of a dataset's.
    """
    if len(folders) == 1 and _is_dataset(folders[0]):
        _refuse(folders[0], "a dataset", [name for name, given in (("--output", output), ("--watch", watch)) if given])
        return False
    if len(folders) == 1:
        _refuse(folders[0], "not a dataset", ignored)
        _write_training(folders[0], output, watch=watch)
    else:
        _refuse("a comparison", "not a dataset", [*ignored, *(["--watch"] if watch else [])])
        _write_comparison(folders, plugins, output or Path(COMPARISON))
    return True


def _is_dataset(folder: str) -> bool:
    path = zebra.storage.place(folder.partition(SPLIT)[0])
    return (path / MANIFEST).is_file() or (path / EXPORT).is_file()


def _refuse(subject: str, what: str, options: Sequence[str]) -> None:
    if options:
        msg = f"{subject} is {what}, so {', '.join(options)} would have no effect; leave that out"
        raise zebra.ZebraError(msg)


def _write_comparison(folders: Sequence[str], plugins: zebra.Plugins, output: Path) -> None:
    datasets = [zebra.Dataset.open(folder, plugins) for folder in folders]
    page = comparison_page(dict(zip(_names(folders), datasets, strict=True)))
    _write(output, page.html())
    click.echo(f"The comparison is {output}")


def _names(folders: Sequence[str]) -> list[str]:
    """Return a short name for each dataset: that of its folder, with its split, if these differ."""
    locations = [zebra.storage.shown(folder.rstrip("/")) for folder in folders]
    short = [location.replace(SPLIT, " ").rpartition("/")[2] or location for location in locations]
    for names in (short, locations):
        if len({*names}) == len(names):
            return names
    return [f"{number}. {location}" for number, location in enumerate(locations, 1)]


def _write_training(folder: str, output: Path | None, *, watch: bool) -> None:
    state = read_training(folder)
    if state is None:
        msg = (
            f"{folder} is not a dataset built by zebra, and not a model in training: it has neither {MANIFEST} nor {TRAINING}; "
            "name a folder that `zebra run` or `zebra train` writes"
        )
        raise zebra.ZebraError(msg)
    path = output or page_of(state)
    if watch and state.status == "running":
        click.echo(f"The page of the training is {path}; it follows the training until that ends, or until Ctrl-C")
        state = _watch(state, path)
    _write(path, training_page(state).html())
    click.echo(f"The page of the training, which is {state.status}, is {path}")


def _watch(state: State, path: Path) -> State:
    """Write the page of a training whenever it changes, until it has ended or Ctrl-C. Return its last state."""
    with suppress(KeyboardInterrupt):
        for state in follow(state):  # noqa: B020, PLR1704  # the latest one
            _write(path, training_page(state, live=True).html())
    return state


def _write(path: Path, text: str) -> None:
    """Write a page; what was there is replaced at once. Raise ZebraError if it cannot be written."""
    try:
        zebra.storage.write_durably(path, text)
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror}; choose another --output"
        raise zebra.ZebraError(msg) from error
