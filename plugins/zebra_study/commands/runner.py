"""Run the cells of a sweep: one process at a time for each cell, several cells at once, all ended by Ctrl-C."""

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

import zebra_core as zebra
from zebra_study.sweep import is_built

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_study.sweep import Cell, Sweep

    Devices = queue.Queue[str | None]

STOPPED = "interrupted"
KILLED = 9
"""The number of SIGKILL, which Windows does not have."""


@attrs.frozen(eq=False)
class Runner:
    """Runs the cells of a sweep; `building` makes cells with the same dataset wait for each other, `stopped` ends it."""

    grid: Sweep
    devices: Devices
    running: set[subprocess.Popen[bytes]] = attrs.field(factory=set)
    building: threading.Lock = attrs.field(factory=threading.Lock)
    stopped: threading.Event = attrs.field(factory=threading.Event)

    def run(self, cell: Cell) -> str:
        """Run one cell. Return why it failed, in one line, or an empty text."""
        device = self.devices.get()
        environment = {**os.environ, **({"CUDA_VISIBLE_DEVICES": device} if device is not None else {})}
        try:
            self.grid.write_recipes(cell)
            for command in self.grid.commands(cell):
                step = self._build if command[0] == "run" else self._execute
                reason = step(command, cell, environment)
                if reason:
                    return reason
            self.grid.finish(cell)
            click.echo(f"  {cell.name}: finished")
        except (OSError, KeyError, ValueError, zebra.ZebraError) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            self.devices.put(device)
        return ""

    def _build(self, command: list[str], cell: Cell, environment: Mapping[str, str]) -> str:
        """Build a dataset, unless another cell has built it in the meantime; one at a time."""
        with self.building:
            built = is_built(Path(command[command.index("-o") + 1]))
            return "" if built else self._execute(command, cell, environment)

    def _execute(self, command: list[str], cell: Cell, environment: Mapping[str, str]) -> str:
        """Run a zebra command line. Return the last line it printed if it failed, else an empty text."""
        if self.stopped.is_set():
            return STOPPED
        log = self.grid.folder(cell) / "log.txt"
        with log.open("a", encoding="utf-8") as file:
            words = [sys.executable, "-m", "zebra_core", *command]
            process = subprocess.Popen(words, stdout=file, stderr=file, env=environment)  # noqa: S603  # our own command
            self.running.add(process)
            code = process.wait()
            self.running.discard(process)
        if not code or self.stopped.is_set():
            return STOPPED if code else ""
        click.echo(f"  {cell.name}: failed, see {log}", err=True)
        if code < 0:
            memory = ", as happens when memory runs out" if -code == KILLED else ""
            return f"killed by signal {-code}{memory}"
        last = log.read_text(encoding="utf-8").strip().splitlines()[-1:]
        return last[0] if last else f"exit code {code}"

    def stop(self) -> None:
        """End what is running, and start nothing more."""
        self.stopped.set()
        for process in list(self.running):
            process.terminate()


def run_cells(cells: Sequence[Cell], grid: Sweep, jobs: int) -> dict[str, str]:
    """Run cells. Return why the failed ones failed. Raise Interrupted after Ctrl-C or SIGTERM."""
    runner = Runner(grid, assign_devices(jobs))
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ThreadPoolExecutor(jobs) as pool:
            futures = [(cell.name, pool.submit(runner.run, cell)) for cell in cells]
            try:
                return {name: reason for name, future in futures if (reason := future.result())}
            except KeyboardInterrupt:
                runner.stop()
    finally:
        signal.signal(signal.SIGTERM, before)
    msg = f"interrupted; finished cells are kept in {grid.output}/, and the same command resumes from there"
    raise zebra.Interrupted(msg)


def assign_devices(jobs: int) -> Devices:
    """Return a queue from which each cell takes a visible GPU; None leaves the choice to the libraries."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    names = visible.split(",") if visible else [] if visible == "" or jobs == 1 else _gpus()
    devices: Devices = queue.Queue()
    for at in range(jobs):
        devices.put(names[at % len(names)] if names and jobs > 1 else None)
    return devices


def _gpus() -> list[str]:
    """Return the numbers of the GPUs, as the driver's own tool lists them."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    words = [tool, "--query-gpu=index", "--format=csv,noheader"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.split()  # noqa: S603  # from the path
