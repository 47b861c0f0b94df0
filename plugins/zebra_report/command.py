"""`zebra report`: see a dataset, and decide whether to trust it."""

from __future__ import annotations

from pathlib import Path

import click

import zebra_core as zebra
from zebra_core.cli.options import loaded_plugins, plugin_options, recipe_from
from zebra_report.lints import OVERLAP, lint_dataset
from zebra_report.page import write_report


@click.command()
@click.argument("folder")
@plugin_options
@click.option(
    "--against",
    type=click.Path(dir_okay=False),
    help="Test prompts that must not be in the data: a text file, one per line.",
)
@click.option(
    "--fail-on",
    "failing",
    multiple=True,
    metavar="LINT",
    help="End with an error if this lint finds a pair. Repeatable.",
)
def report(folder: str, against: str | None, failing: tuple[str, ...], **arguments: object) -> None:
    """Write the report of a dataset that `zebra run` built: one page, each figure as SVG, each table as CSV."""
    recipe = recipe_from(None, arguments)
    dataset = zebra.Dataset.open(folder)
    page = write_report(dataset, loaded_plugins(recipe.plugins), recipe.options)
    click.echo(f"The report is {zebra.storage.shown(page)}")
    if not (failing or against):
        return
    results = {result.lint: result for result in lint_dataset(dataset, _prompts(against))}
    for name in failing:
        if name not in results:
            what = "lint"
            raise zebra.unknown(what, name, results)
    failed = [results[name] for name in (*failing, *([OVERLAP] if against else [])) if results[name].count]
    if failed:
        raise zebra.ZebraError("; ".join(map(str, failed)))


def _prompts(file: str | None) -> list[str]:
    if file is None:
        return []
    try:
        return [line for line in Path(file).read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        msg = f"cannot read the test prompts {file!r}: {error}"
        raise zebra.ZebraError(msg) from error
