"""Let models answer prompts: the command `zebra generate`, which writes a pool, and the generators that it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_generators() -> zebra.Components:
    """Offer the generators by name."""
    from zebra_generate.generators.batch import Batch
    from zebra_generate.generators.demo import Demo
    from zebra_generate.generators.program import Program
    from zebra_generate.generators.server import OpenAI
    from zebra_generate.generators.weights import Transformers

    return {"openai": OpenAI, "transformers": Transformers, "batch": Batch, "command": Program, "demo": Demo}


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra generate`."""
    return [zebra.lazy_command("generate", "zebra_generate.command:generate", "Let models answer prompts.")]
