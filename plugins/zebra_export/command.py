"""`zebra export`: a dataset in the form that another tool reads."""

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
    help="Form to write, such as llama-factory; see the exporters of `zebra plugins`.",
)
@click.option("-o", "--output", required=True, type=click.Path(), help="Folder to write.")
@click.option("--overwrite", is_flag=True, help="Replace the export in the output folder.")
@plugin_options
def export(dataset: str, form: str, output: str, *, overwrite: bool, **arguments: object) -> None:
    """Write the DATASET that `zebra run` built in the form that another tool reads, with a configuration for it.

    The export is complete or absent; the same command resumes an interrupted one.
    """
    recipe = recipe_from(None, arguments)
    plugins = loaded_plugins(recipe.plugins)
    pairs = zebra.Dataset.open(dataset, plugins)
    zebra.export(pairs, form, output, overwrite=overwrite, recipe=recipe, plugins=plugins, log=echo)
    echo(f"The export is in {output} ({pairs.total:,} pairs as {form})")
    lost = zebra.read_record(zebra.ExportJob, zebra.storage.place(output) / "export.json").lost
    if lost:
        echo(f"It does not keep {lost}; `zebra train`, `report` and `audit` take the dataset, not this export")
