"""`zebra report`: see a dataset, and trust it or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from zebra_core.cli.options import plugin_options, recipe_from
from zebra_core.errors import ZebraError, unknown


@click.command()
@click.argument("folder")
@plugin_options
@click.option(
    "--against",
    type=click.Path(dir_okay=False),
    help="Test prompts that must not be in the data: a text file, one a line.",
)
@click.option(
    "--fail-on",
    "failing",
    multiple=True,
    metavar="LINT",
    help="End with an error where this lint finds a pair. Repeatable.",
)
def report(folder: str, against: str | None, failing: tuple[str, ...], **said: Any) -> None:
    """Write the report of a dataset that `zebra run` built: one page, each figure as SVG, each table as CSV."""
    from zebra_core.discovery import load_plugins  # noqa: PLC0415
    from zebra_core.report import Evidence, write_report  # noqa: PLC0415

    recipe = recipe_from(None, said)
    page = write_report(folder, load_plugins(recipe.plugins), recipe.options)
    click.echo(f"The report is {page}")
    if not (failing or against):
        return
    found = {finding.lint: finding for finding in Evidence.of(folder).lints(_prompts(against))}
    for name in failing:
        if name not in found:
            what = "lint"
            raise unknown(what, name, found)
    wrong = [found[name] for name in (*failing, *(["test-overlap"] if against else [])) if found[name].count]
    if wrong:
        told = "; ".join(
            f"{f.lint}: {f.count:,} pairs ({f.fact}){', such as ' + f.examples[0] if f.examples else ''}" for f in wrong
        )
        raise ZebraError(told)


def _prompts(file: str | None) -> list[str]:
    if file is None:
        return []
    try:
        return [line for line in Path(file).read_text(encoding="utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as wrong:
        msg = f"cannot read the test prompts {file!r}: {wrong}"
        raise ZebraError(msg) from wrong
