"""`zebra plugins`: what is installed, and what each component can be told."""

from __future__ import annotations

from typing import Any

import click

from zebra_core.cli.options import plugin_options, recipe_from


@click.command()
@plugin_options
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="How to print."
)
def plugins(form: str, **said: Any) -> None:
    """List every component: its kind, name, plugin, the distribution it comes from, and its options."""
    from zebra_core.cli import show  # noqa: PLC0415
    from zebra_core.discovery import load_plugins  # noqa: PLC0415

    found = load_plugins(recipe_from(None, said).plugins)
    show.warnings(found)
    show.plugins(found, form)
