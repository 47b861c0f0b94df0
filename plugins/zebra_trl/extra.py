"""What training needs besides: told in one line where it is not there."""

from __future__ import annotations

import importlib.util

import zebra_core as zebra

NEEDED = ("trl", "torch", "transformers", "peft", "accelerate", "matplotlib")


def needs_extra() -> None:
    """Raise ZebraError where the extra `train` is not installed."""
    if not all(importlib.util.find_spec(name) for name in NEEDED):
        msg = 'training needs the extra `train`: pip install "zebra-preference[train]"'
        raise zebra.ZebraError(msg)
