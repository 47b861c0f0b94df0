"""A command to read the pairs of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Offer `zebra peek`, whose module is imported when it runs: `zebra --help` stays fast."""
    return [zebra.lazy_command("peek", "zebra_peek.command:peek", "Read pairs of a dataset.")]
