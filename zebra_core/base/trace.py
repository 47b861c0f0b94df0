"""How long plugins and stages take: always recorded, and printed as it happens if ZEBRA_TRACE is set."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterator

TRACE = "ZEBRA_TRACE"
"""The environment variable that prints each step to the standard error."""


@attrs.frozen
class Step:
    """What took time: the import or a hook of a plugin, or a stage, whose `plugin` is empty."""

    plugin: str
    name: str
    seconds: float

    def __str__(self) -> str:
        what = f"plugin {self.plugin}: {self.name}" if self.plugin else f"stage {self.name}"
        return f"trace: {self.seconds:8.4f} s  {what}"


@attrs.frozen(eq=False)
class Trace:
    """The steps so far, in the order in which they ended; a step includes those that ran within it."""

    steps: list[Step] = attrs.field(factory=list)

    @contextmanager
    def step(self, name: str, plugin: str = "") -> Iterator[None]:
        """Record how long what runs inside takes, even if it fails."""
        start = perf_counter()
        try:
            yield
        finally:
            step = Step(plugin, name, perf_counter() - start)
            self.steps.append(step)
            if os.environ.get(TRACE):
                sys.stderr.write(f"{step}\n")
