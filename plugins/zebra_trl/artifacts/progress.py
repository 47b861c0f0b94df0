"""The progress of a training: loss, accuracy, margin, speed and time left, and a log of all metrics in metrics.jsonl."""

from __future__ import annotations

import json
import math
import sys
import time
from typing import TYPE_CHECKING, SupportsFloat

from accelerate import PartialState
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from transformers import TrainerCallback

import zebra_core as zebra
from zebra_core.training.metrics import HELD_OUT, METRICS, RESUMED, displayed_metrics, read_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from transformers import TrainerState, TrainingArguments

    Entry = Mapping[str, SupportsFloat | str]

EVERY = 5.0
"""Seconds between lines if there is no terminal."""


def log(text: str) -> None:
    """Print a line for the user, in the first of several processes only."""
    if PartialState().is_main_process:
        print(f"  {text}", flush=True)  # noqa: T201


class ProgressCallback(TrainerCallback):
    """Shows a bar on a terminal, otherwise a line every few seconds, on the standard error; logs all metrics to a file."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.path = name, folder / METRICS
        self.first = PartialState().is_main_process
        self.last: dict[str, float] = {}
        self.rate, self.printed, self.tokens = 0.0, time.monotonic(), (0.0, 0.0)
        self.began, self.from_step = 0.0, 0
        console = Console(stderr=True)
        self.bar = Progress(
            TextColumn(f"  {name}"), BarColumn(), TextColumn("{task.fields[status]}"), console=console, transient=True
        )
        self.shown = self.first and console.is_terminal
        self.task = self.bar.add_task(name, total=None, status="")

    def on_train_begin(self, _args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:
        """Start the clock. Drop the metrics logged after the checkpoint that is resumed: they are logged again."""
        self.began, self.from_step = time.monotonic(), state.global_step
        if self.first:
            entries = sorted(
                [*state.log_history, *self._resumptions(state.global_step)], key=lambda entry: entry["step"]
            )
            zebra.storage.write_text(self.path, "".join(map(_as_line, entries)))
        if self.shown:
            self.bar.start()

    def _resumptions(self, step: int) -> list[dict[str, int]]:
        """Return an entry for each step at which the training was resumed, with the one at which it is resumed now, if any."""
        steps = [entry["step"] for entry in read_metrics(self.path.parent) if RESUMED in entry]
        return [{RESUMED: 1, "step": each} for each in dict.fromkeys([*steps, step]) if 0 < each <= step]

    def on_train_end(self, *_: object, **__: object) -> None:
        """Remove the bar."""
        if self.shown:
            self.bar.stop()

    def on_log(self, _args: TrainingArguments, state: TrainerState, *_: object, logs: Entry, **__: object) -> None:
        """Log the metrics. Raise ZebraError if the loss is no longer finite."""
        entry = {**logs, "step": state.global_step}
        if self.first:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_as_line(entry))
        if any(name.startswith(HELD_OUT) for name in logs):
            return
        self.last = {name: float(value) for name, value in logs.items() if _is_number(value)}
        if not math.isfinite(self.last.get("loss", 0.0)):
            msg = (
                f"the loss is {self.last['loss']} at step {state.global_step}; use a lower --set {self.name}.learning_rate, or a "
                f"higher --set {self.name}.warmup_steps"
            )
            raise zebra.ZebraError(msg)
        now, tokens = time.monotonic(), self.last.get("num_tokens", 0.0)
        if self.tokens[0] and tokens > self.tokens[1]:
            self.rate = (tokens - self.tokens[1]) / (now - self.tokens[0])
        self.tokens = (now, tokens)

    def on_step_end(self, _args: TrainingArguments, state: TrainerState, *_: object, **__: object) -> None:
        """Show the progress."""
        if self.shown:
            self.bar.update(self.task, total=state.max_steps, completed=state.global_step, status=self._status(state))
        elif self.first and time.monotonic() - self.printed >= EVERY:
            self.printed = time.monotonic()
            print(f"  {self.name}: {self._status(state)}", file=sys.stderr, flush=True)  # noqa: T201

    def _status(self, state: TrainerState) -> str:
        """Return step, metrics, speed and time left as one line."""
        shown = [f"{word} {self.last[name]:.3f}" for word, name in displayed_metrics(self.last).items()]
        shown += [f"{self.rate:,.0f} tokens/s"] if self.rate else []
        done = state.global_step - self.from_step
        left = (state.max_steps - state.global_step) * (time.monotonic() - self.began) / max(done, 1)
        return ", ".join([f"step {state.global_step:,} of {state.max_steps:,}", *shown, f"{zebra.clock(left)} left"])


def _is_number(value: SupportsFloat | str) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _as_line(entry: Entry) -> str:
    """Return a line of metrics.jsonl; a number that is not finite becomes null."""
    plain = {name: float(value) if _is_number(value) else value for name, value in entry.items()}
    finite = {name: None if isinstance(v, float) and not math.isfinite(v) else v for name, v in plain.items()}
    return json.dumps({**finite, "step": int(float(entry["step"]))}) + "\n"
