"""Evaluating a trained model: what an evaluator takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from zebra_core.scores import ScoreTable


class Evaluator(Protocol):
    """A component that measures a model on benchmarks."""

    def __call__(self, model: Path) -> ScoreTable:
        """Return a score table of one row, which may be joined to the table that the next dataset is built from."""
