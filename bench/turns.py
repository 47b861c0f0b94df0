"""Processes that take their steps in turn: one step of each, then the next, so that a busy machine disturbs all of them alike."""

from __future__ import annotations

import json
import os
import resource
import select
import statistics
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING, Any

from record import OverError

if TYPE_CHECKING:
    from pathlib import Path

    from record import Budget


class Turn:
    """The side of a process that waits for its turn; without a pair of descriptors it is always its turn."""

    def __init__(self, descriptors: list[int] | None) -> None:
        self.descriptors = descriptors

    def wait(self) -> None:
        """Say that a step is over, and return once the next may begin."""
        if self.descriptors:
            own, others = self.descriptors
            os.write(others, b".")
            if not os.read(own, 1):
                sys.exit("the study has ended")


class Stopwatch:
    """Notes when each step begins and when it is over, by the wall's clock and the CPU's; its turn comes between."""

    def __init__(self, turn: Turn) -> None:
        self.turn = turn
        self.begun: list[tuple[float, float]] = []
        self.over: list[tuple[float, float]] = []

    def step(self) -> None:
        """End the step before, and begin one."""
        self.end()
        self.turn.wait()
        self.begun.append(_clocks())

    def end(self) -> None:
        """End the step before."""
        self.over.append(_clocks())

    def laps(self, clock: int) -> list[float]:
        """Return what each step took that has ended, by the clock 0, the wall's, or 1, the CPU's."""
        return [over[clock] - begun[clock] for begun, over in zip(self.begun, self.over[1:], strict=False)]


def _clocks() -> tuple[float, float]:
    """Return the wall's clock and the CPU's, once the device has done what it was given."""
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter(), time.process_time()


def peak_memory() -> float:
    """Return the most memory so far, MiB: the device's if it is an accelerator, else the process's."""
    import torch

    if torch.cuda.is_available():
        return float(torch.cuda.max_memory_allocated()) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


class Worker:
    """A script that gets a job as JSON, waits at each step's beginning, and prints its result as the last line."""

    def __init__(self, script: Path, job: dict[str, Any], environment: dict[str, str]) -> None:
        own, self.go = os.pipe()
        self.reached, others = os.pipe()
        self.output, self.errors = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115  # close() does
        self.process = subprocess.Popen(
            [sys.executable, str(script), json.dumps({**job, "turn": [own, others]})],
            pass_fds=(own, others),
            stdout=self.output,
            stderr=self.errors,
            env={**os.environ, **environment},
        )
        os.close(own)
        os.close(others)
        self.running = True

    def wait(self, budget: Budget) -> None:
        """Return once the next step's beginning, or the end, is reached. Raise OverError if the time is up before."""
        ready, _, _ = select.select([self.reached], [], [], budget.left())
        if not ready:
            raise OverError
        self.running = bool(os.read(self.reached, 1))

    def step(self, budget: Budget) -> None:
        """Let it take a step."""
        os.write(self.go, b".")
        self.wait(budget)

    def result(self) -> dict[str, Any]:
        """Return what it printed last, or its `error`."""
        if self.process.wait():
            lines = [line for line in _text(self.errors).splitlines() if line.strip()] or ["it ended without a word"]
            return {"error": lines[-1].strip()[:160].replace("|", "/")}
        result: dict[str, Any] = json.loads(_text(self.output).splitlines()[-1])
        return result

    def close(self) -> None:
        """End it, if it has not ended."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for descriptor in (self.go, self.reached):
            os.close(descriptor)
        self.output.close()
        self.errors.close()


def in_turn(script: Path, jobs: list[tuple[dict[str, Any], dict[str, str]]], budget: Budget) -> list[dict[str, Any]]:
    """Return the results of jobs, each with variables of its environment, that step in turn. Raise OverError if the time is up.

    They start one after the other; every other round of steps goes the other way.
    """
    workers: list[Worker] = []
    try:
        for job, environment in jobs:
            workers.append(Worker(script, job, environment))
            workers[-1].wait(budget)
        backwards = False
        while any(worker.running for worker in workers):
            for worker in workers[:: -1 if backwards else 1]:
                if worker.running:
                    worker.step(budget)
            backwards = not backwards
        return [worker.result() for worker in workers]
    finally:
        for worker in workers:
            worker.close()


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode(errors="replace"))


def beside(partners: list[dict[str, Any]], runs: list[dict[str, Any]], clock: str) -> str:
    """Return the median over runs of the median over steps of the ratio to a partner's same step, and the runs' extremes."""
    of_number = {run["number"]: run[clock] for run in partners}
    ratios = [
        statistics.median(own / other for own, other in zip(run[clock], of_number[run["number"]], strict=False))
        for run in runs
        if run["number"] in of_number
    ]
    return f"{statistics.median(ratios):.3f} ({min(ratios):.2f} to {max(ratios):.2f})" if ratios else ""
