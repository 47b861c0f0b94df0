"""`zebra report`: see a dataset, and decide whether to trust it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import zebra_core as zebra
from zebra_core.cli.component_flags import command_with_flags, take_flags
from zebra_core.cli.options import completed, loaded_plugins, plugin_options, recipe_from
from zebra_core.plugins.flags import component_flags
from zebra_report.audits import read_shares
from zebra_report.folders import write_other_page
from zebra_report.report import IMAGES, make_page, write_report
from zebra_report.serving.server import serve_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zebra_core.base.vega import Kind


@click.command(cls=command_with_flags("lint"))
@click.argument("folders", nargs=-1, required=True, metavar="FOLDER...")
@plugin_options
@click.option(
    "--fail-on",
    "names",
    multiple=True,
    metavar="LINT",
    shell_complete=completed("lint"),
    help="End with an error if this lint finds a pair. Repeatable.",
)
@click.option(
    "--image",
    "images",
    multiple=True,
    type=click.Choice([*IMAGES]),
    help="Also write each chart as a file of this kind. Repeatable.",
)
@click.option(
    "--audit",
    "audited",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The audit.json that `zebra audit -o DIR` wrote: the page then says how often a judge agrees.",
)
@click.option(
    "--serve",
    is_flag=True,
    help="Show the page with all pairs, on this machine only and until Ctrl-C, instead of writing files.",
)
@click.option("--port", default=0, show_default="a free one", type=click.IntRange(0, 65535), help="Port for --serve.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page of a comparison or a training.  [default: comparison.html, or MODEL.report.html beside the model]",
)
@click.option("--watch", is_flag=True, help="Write the page of a training again and again while it runs.")
def report(
    folders: tuple[str, ...],
    names: tuple[str, ...],
    images: tuple[Kind, ...],
    audited: Path | None,
    port: int,
    output: Path | None,
    *,
    serve: bool,
    watch: bool,
    **arguments: object,
) -> None:
    """Write the report of a dataset that `zebra run` built: one page that needs no network, and each table as CSV.

    Of several datasets it is one page that compares them with the first; of the folder of a model, one about its training.
    """
    flags = take_flags(arguments, "lint")
    recipe = recipe_from(None, arguments)
    plugins = loaded_plugins(recipe.plugins)
    others = {
        "--fail-on": names,
        "--image": images,
        "--audit": audited,
        "--serve": serve,
        "options of lints and figures": flags or recipe.options,
    }
    if write_other_page(folders, plugins, output, [name for name, given in others.items() if given], watch=watch):
        return
    dataset = zebra.Dataset.open(folders[0], plugins)
    options, requested = dict(recipe.options), [plugins.find("lint", name) for name in names]
    for lint, option in (owner for owners in component_flags(plugins, "lint").values() for owner in owners):
        if option.flag_name in flags:
            options[lint.address] = {**options.get(lint.address, {}), option.name: flags[option.flag_name]}
            requested += [lint] if option.info.requests else []
    required = dict.fromkeys(plugins.unique_name(lint) for lint in requested)
    shares = read_shares(audited, dataset) if audited else None
    if serve:
        page, _, lints = make_page(dataset, plugins, options, shares)
        _check(lints, required)
        serve_page(page, dataset, plugins, lints, port)
        return
    written = write_report(dataset, plugins, options, images, shares)
    click.echo(f"The report is {zebra.storage.shown(written.page)}")
    _check(written.lints, required)


def _check(lints: Mapping[str, zebra.LintResult], requested: Iterable[str]) -> None:
    """Raise ZebraError if one of the requested lints matches a pair, or has not run."""
    faults = [fault for name in requested if (fault := _fault(name, lints.get(name)))]
    if faults:
        raise zebra.ZebraError("; ".join(faults))


def _fault(name: str, result: zebra.LintResult | None) -> str:
    if result is None:
        return f"{name}: it has nothing to compare the pairs with; set its options, which `zebra plugins {name}` shows"
    if result.failed:
        return result.fact
    such_as = f", such as {result.ids[0]}" if result.ids else ""
    return f"{name}: {result.count:,} pairs ({result.fact}){such_as}" if result.count else ""
