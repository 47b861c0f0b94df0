"""`zebra plugin check`: the checks that a component must pass, without pytest."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
import click

import zebra_core as zebra
from zebra_core.recipe.options import read_setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_core.testing import Outcome

FAILED = 2
"""The exit code if a check failed."""


@click.command()
@click.argument("target", metavar="NAME|FILE")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="OPTION=VALUE",
    help="Set an option of the component, such as sharpness=2. Repeatable.",
)
@click.option("--location", metavar="FILE", help="An example of what a pool reader or a score source reads.")
@click.option("--model", default="", metavar="DIR|NAME", help="A model for a trainer or an evaluator, such as tiny.")
@click.option(
    "--expect-failure",
    "expected",
    multiple=True,
    metavar="CHECK=REASON",
    help="A check that is known to fail, and why; it is an error if it passes. Repeatable.",
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Output format."
)
def check(  # noqa: PLR0913, PLR0917  # one for each option
    target: str, settings: Sequence[str], location: str | None, model: str, expected: Sequence[str], form: str
) -> None:
    """Check that components keep the contracts of their kinds: one line for each check, and exit code 2 if one fails.

    NAME is a component, such as near or similarity.near, or a plugin; FILE is a plugin's file. All components of a plugin
    or a file are checked.
    """
    from zebra_core.testing import run_checks, select_subjects  # noqa: PLC0415  # loads every plugin

    subjects = select_subjects(target, [_options(settings)], location=location, model=model)
    outcomes = []
    for outcome in run_checks(subjects, dict(map(_expected, expected))):
        outcomes.append(outcome)
        if form == "table":
            click.echo(_line(outcome))
    if form == "json":
        click.echo(json.dumps([attrs.asdict(outcome) for outcome in outcomes], indent=1))
    else:
        counts = Counter(outcome.status for outcome in outcomes)
        click.echo("\n" + ", ".join(f"{count} {status}" for status, count in counts.items()))
    if any(outcome.status == "failed" for outcome in outcomes):
        click.get_current_context().exit(FAILED)


def _line(outcome: Outcome) -> str:
    reason = f": {' '.join(outcome.reason.split())}" if outcome.reason else ""
    return f"{outcome.status:7} {outcome.subject}  {outcome.check}{reason}"


def _expected(text: str) -> tuple[str, str]:
    """Return the name and the reason of `CHECK=REASON`. Raise ZebraError if there is no reason."""
    name, _, reason = text.partition("=")
    if not reason:
        msg = f"--expect-failure expects CHECK=REASON, got {text!r}"
        raise zebra.ZebraError(msg)
    return name, reason


def _options(settings: Sequence[str]) -> dict[str, Any]:
    """Return the options of `OPTION=VALUE`."""
    options = {}
    for text in settings:
        _, option, value = read_setting(f"component.{text}")
        options[option] = value
    return options
