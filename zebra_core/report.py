"""The report of a run: what a figure component takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class Figure(Protocol):
    """A component that draws one figure, or writes one table, of a run."""

    def __call__(self, run: Path, output: Path) -> Path:
        """Read the run's folder (manifest, behavior, shards) and return the file written under `output`."""
