"""The progress of a run: a bar on a terminal, otherwise a line every few seconds; both on the standard error."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar

from zebra_core.base.progress import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from zebra_core.base.progress import Progress

EVERY = 5.0
"""Seconds between lines."""


def rates(done: Progress) -> str:
    """Return rows and megabytes per second, and the time left."""
    left = "" if done.seconds_left is None else f", {clock(done.seconds_left)} left"
    return f"{done.rows_per_second:,.0f} rows/s, {done.bytes_per_second / 1e6:,.0f} MB/s{left}"


@contextmanager
def progress(
    what: str = "building", unit: str = "rows", describe: Callable[[Any], str] = rates
) -> Iterator[Callable[[Progress], object]]:
    """Return a context with the function to call with the progress of what is done, such as that of `Run.write`.

    `unit` is what its rows are, and `describe` returns the rest of the line.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield Lines(what, unit, describe)
        return
    with Bar(
        TextColumn(f"  {what}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rates]}"),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task(what, total=None, rates="")
        yield lambda done: bar.update(task, completed=done.rows_done, total=done.total, rates=describe(done))


class Lines:
    """Prints a line every few seconds."""

    def __init__(self, what: str = "building", unit: str = "rows", describe: Callable[[Any], str] = rates) -> None:
        self.what, self.unit, self.describe, self.last = what, unit, describe, time.monotonic()

    def __call__(self, done: Progress) -> None:
        """Print the progress, unless the last line is recent."""
        if time.monotonic() - self.last >= EVERY:
            self.last = time.monotonic()
            total = "" if done.total is None else f" of {'' if done.rows else 'about '}{done.total:,}"
            click.echo(f"  {self.what}: {done.rows_done:,}{total} {self.unit}, {self.describe(done)}", err=True)
