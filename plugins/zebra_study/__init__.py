"""Studies of datasets and runs: agreement with labels, strategies and results side by side, and grids of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra audit`, `zebra compare` and `zebra sweep`."""
    commands = "zebra_study.commands"
    return [
        zebra.lazy_command("audit", f"{commands}.audit:audit", "Measure how often a dataset agrees with labels."),
        zebra.lazy_command("compare", f"{commands}.compare:compare", "Compare strategies, or trained models."),
        zebra.lazy_command("sweep", f"{commands}.sweep:sweep", "Build, train and evaluate a grid of runs."),
    ]
