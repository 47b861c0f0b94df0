"""`zebra scores` and `zebra alias`: the score tables, before anything is built on them."""

from __future__ import annotations

from pathlib import Path

import click

from zebra_core import storage
from zebra_core.cli.options import loaded_plugins, plugin_options, recipe_from, score_options
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
    help="Output format; json and csv read back to the same table.",
)
def scores(form: str, **arguments: object) -> None:
    """Show the joined score table: where each column comes from, what is missing, what was dropped, and what looks wrong."""
    from zebra_core.cli import output  # noqa: PLC0415
    from zebra_core.stages import inspect_scores  # noqa: PLC0415

    recipe = recipe_from(None, arguments)
    plugins = loaded_plugins(recipe.plugins)
    table, warnings = inspect_scores(recipe, plugins)
    output.scores(table, form)
    output.score_warnings(warnings)


@click.command()
@click.argument("pool")
@click.argument("scores", nargs=-1, required=True)
@plugin_options
@click.option("-o", "--output", type=click.Path(), help="File to write; the standard output if not given.")
def alias(pool: str, scores: tuple[str, ...], output: str | None, **arguments: object) -> None:
    """Draft the alias file of a POOL and its SCORES: identical names are filled in, similar ones are proposed.

    A proposal stays a comment until you accept it: nothing is matched by guessing.
    """
    from zebra_core.pool.aliases import read_aliases  # noqa: PLC0415
    from zebra_core.stages import draft_aliases  # noqa: PLC0415

    if output and Path(output).exists():
        msg = f"{output} exists already; choose another --output"
        raise ZebraError(msg)
    recipe = recipe_from(None, {**arguments, "pool": pool, "scores": scores})
    text = draft_aliases(recipe, loaded_plugins(recipe.plugins))
    if not output:
        click.echo(text, nl=False)
        return
    storage.write_durably(Path(output), text)
    count = len(read_aliases(output))
    summary = "1 name is identical" if count == 1 else f"{count} names are identical"
    click.echo(f"{summary}; check the other lines of {output}, then use --alias {output}")
