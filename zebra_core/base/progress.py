"""The progress of a run."""

from __future__ import annotations

import time
from threading import Lock
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@attrs.define(eq=False)
class Meter:
    """Counts what is read of a file, or of a range of it: `done` of `size` bytes, as they are stored."""

    size: int = 0
    done: int = 0


@attrs.define(eq=False)
class Progress:
    """Counts what writers have read, out of `rows` if known; `on_progress` is called after each step.

    `bytes_done` counts the decoded columns. Rates leave out what an earlier run had finished. `meters` are those of all
    parts, none if a part has none.
    """

    tasks: int
    rows: int | None
    on_progress: Callable[[Progress], object]
    meters: Sequence[Meter] = ()
    rows_done: int = 0
    bytes_done: int = 0
    tasks_done: int = 0
    rows_before: int = 0
    begun: float = attrs.field(factory=time.monotonic)
    _lock: Lock = attrs.field(factory=Lock, repr=False)

    def advance(self, rows: int = 0, size: int = 0, tasks: int = 0, *, before: bool = False) -> None:
        """Count rows, bytes and finished tasks; `before` marks what an earlier run had finished."""
        with self._lock:
            self.rows_done += rows
            self.tasks_done += tasks
            if before:
                self.rows_before += rows
            else:
                self.bytes_done += size
            self.on_progress(self)

    @property
    def seconds(self) -> float:
        """The duration so far."""
        return max(time.monotonic() - self.begun, 1e-9)

    @property
    def rows_per_second(self) -> float:
        """The mean rate of rows."""
        return (self.rows_done - self.rows_before) / self.seconds

    @property
    def bytes_per_second(self) -> float:
        """The mean rate of bytes."""
        return self.bytes_done / self.seconds

    @property
    def total(self) -> int | None:
        """The total number of rows; if unknown, estimated from the bytes read or the finished tasks, None before there are any."""
        if self.rows is not None:
            return self.rows
        done, size = (sum(meter.done for meter in self.meters), sum(meter.size for meter in self.meters))
        if not done:
            done, size = self.tasks_done, self.tasks
        return max(self.rows_done * size // done, self.rows_done) if done else None

    @property
    def seconds_left(self) -> float | None:
        """The remaining time at the mean rate, None if it cannot be estimated."""
        total, rate = self.total, self.rows_per_second
        return None if total is None or not rate else (total - self.rows_done) / rate


def clock(seconds: float) -> str:
    """Return a time as hours, minutes and seconds: 0:02:05."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
