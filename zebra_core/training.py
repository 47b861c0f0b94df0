"""Training on a preference dataset: what a trainer takes and gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path


class Trainer(Protocol):
    """A component that trains a model on a preference dataset; its options are its settings."""

    def __call__(self, dataset: Path, model: str, output: Path) -> Path:
        """Train `model` (a folder or a hub's name) on the dataset's folder; return the folder of the trained model."""
