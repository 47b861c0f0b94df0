"""`zebra behavior`: what the scores say of the models."""

from __future__ import annotations

from typing import Any

import click

from zebra_core.cli.options import plugin_options, recipe_from, score_options


@click.command()
@score_options
@plugin_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How to print.",
)
def behavior(form: str, **said: Any) -> None:
    """Show ability vectors, superiority (MB-SUP) and similarity (MB-SIM) of the models in a score table."""
    from zebra_core.cli import show  # noqa: PLC0415
    from zebra_core.discovery import load_plugins  # noqa: PLC0415
    from zebra_core.pipeline import read_behavior  # noqa: PLC0415

    recipe = recipe_from(None, said)
    plugins = load_plugins(recipe.plugins)
    show.warnings(plugins)
    table, known, doubts = read_behavior(recipe, plugins)
    show.behavior(table, known, form)
    show.doubts(doubts)
