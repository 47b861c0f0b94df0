"""Finished datasets: mixed by weight, divided into splits, and without what is in a test set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra mix`."""
    return [zebra.lazy_command("mix", "zebra_mix.command:mix", "Mix, divide and decontaminate datasets.")]
