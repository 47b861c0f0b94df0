"""`zebra scores` and `zebra alias`: the score tables before anything is built on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from zebra_core.cli.options import plugin_options, recipe_from, score_options
from zebra_core.errors import ZebraError


@click.command()
@score_options
@plugin_options
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How to print; json and csv read back to the same table.",
)
def scores(form: str, **said: Any) -> None:
    """Show the joined score table: where each column comes from, what is missing, what was dropped, and what looks wrong."""
    from zebra_core.cli import show  # noqa: PLC0415
    from zebra_core.discovery import load_plugins  # noqa: PLC0415
    from zebra_core.pipeline import look_at_scores  # noqa: PLC0415

    recipe = recipe_from(None, said)
    plugins = load_plugins(recipe.plugins)
    show.warnings(plugins)
    table, doubts = look_at_scores(recipe, plugins)
    show.scores(table, form)
    show.doubts(doubts)


@click.command()
@click.argument("pool")
@click.argument("scores", nargs=-1, required=True)
@plugin_options
@click.option("-o", "--output", type=click.Path(), help="File to write; the standard output if not given.")
def alias(pool: str, scores: tuple[str, ...], output: str | None, **said: Any) -> None:
    """Draft the alias file of a POOL and its SCORES: names that are the same are filled in, near ones are proposed.

    A proposal is a comment until you take it: nothing is matched by guess.
    """
    from zebra_core.alias import read_aliases  # noqa: PLC0415
    from zebra_core.pipeline import draft_aliases  # noqa: PLC0415

    if output and Path(output).exists():
        msg = f"{output} exists already; choose another --output"
        raise ZebraError(msg)
    text = draft_aliases(recipe_from(None, {**said, "pool": pool, "scores": scores}))
    if output:
        Path(output).write_text(text, encoding="utf-8")
        taken = len(read_aliases(output))
        told = "1 name is the same" if taken == 1 else f"{taken} names are the same"
        click.echo(f"{told}; look at the other lines of {output}, then say --alias {output}")
    else:
        click.echo(text, nl=False)
