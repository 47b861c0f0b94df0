"""Let models answer prompts: the command `zebra generate`, which writes a pool, and a generator that runs a program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_generators() -> zebra.Components:
    """Offer the generator of a user's own program."""
    from zebra_generate.program import Program

    return {"command": Program}


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra generate`."""
    return [zebra.lazy_command("generate", "zebra_generate.command:generate", "Let models answer prompts.")]
