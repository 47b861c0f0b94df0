"""For authors of plugins: a package to start from, and the checks that a component must pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra plugin`."""
    return [zebra.lazy_command("plugin", "zebra_authoring.commands:plugin", "Start a plugin, or check one.")]
