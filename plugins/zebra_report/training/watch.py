"""Follow a training while it runs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import attrs

from zebra_report.training.state import read_training

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_report.training.state import State

EVERY = 2.0
"""Seconds between looks at the log."""


def follow(state: State, every: float = EVERY) -> Iterator[State]:
    """Yield the state of a training, then again whenever its log has grown, until it no longer runs."""
    yield state
    while state.status == "running":
        time.sleep(every)
        latest = read_training(state.output) or attrs.evolve(state, status="interrupted")
        if latest.signature != state.signature:
            yield latest
        state = latest
