"""`zebra behavior`: what the scores tell about the models."""

from __future__ import annotations

import click

from zebra_core.cli.options import loaded_plugins, plugin_options, recipe_from, score_options


@click.command()
@score_options
@plugin_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="Output format.",
)
@click.option(
    "--full", is_flag=True, help="Print every model, and in JSON and CSV the similarity of any number of models."
)
def behavior(form: str, *, full: bool, **arguments: object) -> None:
    """Show ability vectors, superiority (MB-SUP) and similarity (MB-SIM) of the models in a score table."""
    from zebra_core.cli import output  # noqa: PLC0415
    from zebra_core.stages import inspect_behavior  # noqa: PLC0415

    recipe = recipe_from(None, arguments)
    plugins = loaded_plugins(recipe.plugins)
    table, derived, warnings = inspect_behavior(recipe, plugins)
    output.behavior(table, derived, form, full=full)
    output.score_warnings(warnings)
