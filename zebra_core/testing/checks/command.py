"""Checks of commands that a plugin adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.testing import CliRunner

from zebra_core.cli import main
from zebra_core.testing.check import checks_in, fail

if TYPE_CHECKING:
    from click.testing import Result

    from zebra_core.testing.subject import Subject


def invoke(subject: Subject, *arguments: str) -> Result:
    """Run the command as `zebra` does. Raise CheckFailed if it ends with an error other than click's."""
    settings = main.context_settings
    result = CliRunner().invoke(subject.instance, list(arguments), prog_name=subject.component.name, **settings)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        fail(f"with {' '.join(arguments)} it raises {type(result.exception).__name__}: {result.exception}")
    return result


def has_a_line_of_help(subject: Subject) -> None:
    """It has a line of help, which `zebra --help` shows."""
    if not subject.instance.get_short_help_str(limit=200).strip():
        fail("it has no help; give it a docstring, or help=")


def prints_help(subject: Subject) -> None:
    """With `--help` it prints how it is used, and ends with exit code 0."""
    result = invoke(subject, "--help")
    if result.exit_code or "Usage:" not in result.output:
        fail(f"with --help it ends with exit code {result.exit_code}: {result.output[:80]!r}")


def refuses_unknown_options(subject: Subject) -> None:
    """An option that it does not have is a mistake of the user: exit code 2, and nothing is done."""
    result = invoke(subject, "--no-such-option")
    if result.exit_code != click.UsageError.exit_code:
        fail(f"with --no-such-option it ends with exit code {result.exit_code}, not 2")


CHECKS = checks_in(has_a_line_of_help, prints_help, refuses_unknown_options, kinds=("command",))
