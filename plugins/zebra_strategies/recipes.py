"""The settings of the papers, as recipes."""

from __future__ import annotations

from pathlib import Path


def papers() -> Path:
    """The papers' setting: SUP (KARMA K_score), cosine, min-max, tau 0.1; --strategy sim and sup+sim are their others."""
    return Path(__file__).with_name("papers.toml")
