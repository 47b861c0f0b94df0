"""The report of a dataset: one page with figures, tables and lints, the command `zebra report`, and the report of every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable


@zebra.hookimpl
def zebra_figures() -> zebra.Components:
    """Offer the figures, in the order of the page."""
    from zebra_report.figures import FIGURES

    return FIGURES


@zebra.hookimpl
def zebra_lints() -> zebra.Components:
    """Offer the lints, in the order of the table."""
    from zebra_report.lints import LINTS

    return LINTS


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra report`."""
    return [zebra.lazy_command("report", "zebra_report.command:report", "Write the report of a dataset.")]


@zebra.hookimpl
def zebra_page() -> Callable[[zebra.Dataset, zebra.Plugins], str]:
    """Offer the report as a page for notebooks."""
    from zebra_report.report import page_of

    return page_of


@zebra.hookimpl
def zebra_stage_done(stage: str, result: object) -> None:
    """Write the report at the end of `zebra run`, and the page of `zebra sweep` and `zebra rounds`; if that fails, the results are there nevertheless."""
    try:
        if stage == "summary" and isinstance(result, zebra.Dataset):
            from zebra_report.report import write_report

            plugins = zebra.load_plugins(result.manifest.recipe.get("plugins", ()), recorded=True)
            click.echo(f"The report is {zebra.storage.shown(write_report(result, plugins).page)}")
        elif stage == "findings" and isinstance(result, zebra.Findings):
            from zebra_report.findings import write_findings

            click.echo(f"The page of the results is {zebra.storage.shown(write_findings(result))}")
    except zebra.ZebraError as error:
        click.echo(f"Warning: there is no report: {error}", err=True)
