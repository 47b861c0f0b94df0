"""Let models answer prompts: the command `zebra generate`, which writes a pool, the pool `generate`, and the generators."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_generators() -> zebra.Components:
    """Offer the generators by name."""
    from zebra_generate.generators.batch import Batch
    from zebra_generate.generators.engine import VLLM
    from zebra_generate.generators.program import Program
    from zebra_generate.generators.server import OpenAI
    from zebra_generate.generators.weights import Transformers

    return {"openai": OpenAI, "transformers": Transformers, "vllm": VLLM, "batch": Batch, "command": Program}


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra generate`."""
    return [zebra.lazy_command("generate", "zebra_generate.command:generate", "Let models answer prompts.")]


@zebra.hookimpl
def zebra_pools() -> zebra.Components:
    """Offer the pool that models are asked for."""
    from zebra_generate.pool import Generated

    return {"generate": Generated}


@zebra.hookimpl
def zebra_defaults() -> dict[str, str]:
    """Take a model without a generator for weights."""
    return {"generator": "transformers"}
