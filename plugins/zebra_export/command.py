"""`zebra export`: a dataset as files of another form."""

from __future__ import annotations

import click

import zebra_core as zebra
from zebra_core.cli.options import completed, loaded_plugins, plugin_options, recipe_from
from zebra_core.cli.output import echo


@click.command()
@click.argument("dataset")
@click.option(
    "--format",
    "form",
    required=True,
    metavar="NAME",
    shell_complete=completed("exporter"),
    help="Form to write; see the exporters of `zebra plugins`.",
)
@click.option("-o", "--output", required=True, type=click.Path(), help="Folder to write.")
@click.option("--overwrite", is_flag=True, help="Replace the export in the output folder.")
@plugin_options
def export(dataset: str, form: str, output: str, *, overwrite: bool, **arguments: object) -> None:
    """Write the DATASET that `zebra run` built as files of another form, completely or not at all."""
    recipe = recipe_from(None, arguments)
    pairs = zebra.Dataset.open(dataset)
    zebra.export(pairs, form, output, overwrite=overwrite, recipe=recipe, plugins=loaded_plugins(recipe.plugins))
    echo(f"The export is in {output} ({pairs.total:,} pairs as {form})")
