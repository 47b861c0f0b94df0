"""Check that the `train` extra is installed."""

from __future__ import annotations

import zebra_core as zebra

NEEDED = ("trl", "torch", "transformers", "peft", "accelerate", "matplotlib")


def require_train() -> None:
    """Raise ZebraError if the extra `train` is not installed."""
    zebra.require_extra("train", "training", NEEDED)
