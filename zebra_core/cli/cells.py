"""The cells of a sweep, run: one process at a time for each, several cells at once, all of them ended by Ctrl-C."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from zebra_core.folder import Interrupted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_core.sweep import Cell, Sweep


@attrs.frozen(eq=False)
class Runner:
    """Runs the cells of a sweep; `building` lets cells of the same dataset wait for each other, `stopped` is set to end it."""

    grid: Sweep
    devices: queue.Queue[str | None]
    running: set[subprocess.Popen[bytes]] = attrs.field(factory=set)
    building: threading.Lock = attrs.field(factory=threading.Lock)
    stopped: threading.Event = attrs.field(factory=threading.Event)

    def cell(self, cell: Cell) -> str:
        """Run one cell; return the last line of what failed, or an empty text."""
        device = self.devices.get()
        environment = {**os.environ, **({"CUDA_VISIBLE_DEVICES": device} if device is not None else {})}
        try:
            for command in self.grid.commands(cell):
                run = self._built if command[0] == "run" else self._done
                why = run(command, cell, environment)
                if why:
                    return why
            self.grid.finish(cell)
            click.echo(f"  {cell.name}: finished")
        except (OSError, KeyError, ValueError) as wrong:
            return f"{type(wrong).__name__}: {wrong}"
        finally:
            self.devices.put(device)
        return ""

    def _built(self, command: list[str], cell: Cell, environment: dict[str, str]) -> str:
        """Build a dataset, unless another cell has in the meantime; one at a time."""
        with self.building:
            whole = (Path(command[command.index("-o") + 1]) / "manifest.json").is_file()
            return "" if whole else self._done(command, cell, environment)

    def _done(self, command: list[str], cell: Cell, environment: dict[str, str]) -> str:
        """Run a command line of zebra; return the last line that it said where it failed, else an empty text."""
        if self.stopped.is_set():
            return "interrupted"
        log = self.grid.output / "cells" / cell.name / "log.txt"
        with log.open("a", encoding="utf-8") as file:
            words = [sys.executable, "-m", "zebra_core", *command]
            process = subprocess.Popen(words, stdout=file, stderr=file, env=environment)  # noqa: S603  # our own command
            self.running.add(process)
            code = process.wait()
            self.running.discard(process)
        if not code or self.stopped.is_set():
            return "interrupted" if code else ""
        click.echo(f"  {cell.name}: failed, see {log}", err=True)
        if code < 0:
            return f"killed by signal {-code}" + (
                ", as where there is no memory left" if -code == signal.SIGKILL else ""
            )
        last = log.read_text(encoding="utf-8").strip().splitlines()[-1:]
        return last[0] if last else f"exit code {code}"

    def stop(self) -> None:
        """End what is running, and begin nothing more."""
        self.stopped.set()
        for process in list(self.running):
            process.terminate()


def run_cells(cells: Sequence[Cell], grid: Sweep, jobs: int) -> dict[str, str]:
    """Run cells; return why the failed ones did. Raises Interrupted after Ctrl-C, or where the process is asked to end."""
    runner = Runner(grid, _devices(jobs))
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ThreadPoolExecutor(jobs) as pool:
            waiting = [(cell.name, pool.submit(runner.cell, cell)) for cell in cells]
            try:
                return {name: why for name, future in waiting if (why := future.result())}
            except KeyboardInterrupt:
                runner.stop()
    finally:
        signal.signal(signal.SIGTERM, before)
    msg = f"interrupted; finished cells are kept in {grid.output}/, and the same command goes on from there"
    raise Interrupted(msg)


def _devices(jobs: int) -> queue.Queue[str | None]:
    """Return what cells take their GPU from: one of those that there are, or may be seen; None leaves it to the libraries."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    names = visible.split(",") if visible else [] if visible == "" or jobs == 1 else _gpus()
    found: queue.Queue[str | None] = queue.Queue()
    for at in range(jobs):
        found.put(names[at % len(names)] if names and jobs > 1 else None)
    return found


def _gpus() -> list[str]:
    """Return the numbers of the GPUs, as the driver's own tool lists them."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    words = [tool, "--query-gpu=index", "--format=csv,noheader"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.split()  # noqa: S603  # found on the path
