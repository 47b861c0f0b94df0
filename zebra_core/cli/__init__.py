"""The command line: thin commands over the pipeline."""

from __future__ import annotations

import os
from importlib.metadata import version
from typing import Any

import click

from zebra_core.checkpoints import is_first_process
from zebra_core.cli.audit import audit
from zebra_core.cli.behavior import behavior
from zebra_core.cli.compare import compare
from zebra_core.cli.evaluate import evaluate
from zebra_core.cli.plugins import plugins
from zebra_core.cli.report import report
from zebra_core.cli.run import run
from zebra_core.cli.scores import alias, scores
from zebra_core.cli.sweep import sweep
from zebra_core.cli.train import tiny_model, train
from zebra_core.errors import ZebraError
from zebra_core.folder import Interrupted


class Told(click.ClickException):
    """What is told in one line: exit code 2 for a mistake."""

    exit_code = 2


class Stopped(Told):
    """What is told after Ctrl-C, with the exit code that shells have for it."""

    exit_code = 130


class Commands(click.Group):
    """A group that tells a ZebraError without a traceback, unless ZEBRA_DEBUG is set."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ZebraError as error:
            if not is_first_process():
                raise SystemExit(Told.exit_code) from error
            if os.environ.get("ZEBRA_DEBUG"):
                raise
            raise (Stopped if isinstance(error, Interrupted) else Told)(str(error)) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("zebra-preference"), prog_name="zebra")
def main() -> None:
    """Build preference datasets without annotation, and train on them: benchmark scores decide which response is chosen."""


main.add_command(run)
main.add_command(evaluate)
main.add_command(sweep)
main.add_command(report)
main.add_command(audit)
main.add_command(compare)
main.add_command(train)
main.add_command(tiny_model)
main.add_command(scores)
main.add_command(alias)
main.add_command(behavior)
main.add_command(plugins)
