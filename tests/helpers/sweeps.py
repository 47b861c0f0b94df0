"""Grids: cells, keys, and a sweep that is killed; needs the train extra to train."""

from __future__ import annotations

import sys


def sweep(output: str) -> list[str]:
    """Return the command line."""
    return [sys.executable, "-m", "zebra_core", "sweep", "sweep.toml", "--pairs", "pairs", "-o", output, "--jobs", "2"]
