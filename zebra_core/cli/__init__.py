"""The command line: the group `zebra`, its own commands, and those that plugins add."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import click

from zebra_core.base.interruption import interruptible
from zebra_core.base.markup import printable
from zebra_core.cli.lazy import lazy_command
from zebra_core.errors import Interrupted, ZebraError
from zebra_core.redaction import redacted_message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

COMMANDS = {
    name: lazy_command(name, f"zebra_core.cli.{target}", summary)
    for name, target, summary in (
        ("run", "run:run", "Build a preference dataset, and train on it if asked to."),
        ("train", "train:train", "Train a model on a preference dataset."),
        ("evaluate", "evaluate:evaluate", "Measure a trained model."),
        ("scores", "scores:scores", "Show score tables, and what looks wrong in them."),
        ("alias", "scores:alias", "Draft the alias file of a pool and its scores."),
        ("behavior", "behavior:behavior", "Show ability vectors, superiority and similarity."),
        ("plugins", "plugins:plugins", "List the components, or show one in full."),
    )
}
"""The commands of the core; plugins add theirs through the hook `zebra_commands`."""
PLUGINS, LOADED = "zebra.plugins", "zebra.commands"
"""Where the context keeps the plugins named before the command, and the commands of plugins."""


LONGEST = 900
"""The maximum number of characters of a message."""


class UserError(click.ClickException):
    """A user's mistake: one line on the standard error, exit code 2."""

    exit_code = 2


class Aborted(UserError):  # noqa: N818  # not an error
    """An interruption by the user, with the exit code that shells use for it."""

    exit_code = 130


class Commands(click.Group):
    """A group of the core's and the plugins' commands; a ZebraError is printed without a traceback unless ZEBRA_DEBUG is set."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands: the core's in the order of use, then those of plugins."""
        return [*COMMANDS, *(name for name in self._of_plugins(ctx) if name not in COMMANDS)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command. Plugins are loaded only if the core has none of that name."""
        return COMMANDS.get(cmd_name) or self._of_plugins(ctx).get(cmd_name)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments. Raise UserError for a NUL character, which Python passes on but no path can have."""
        if any("\0" in argument for argument in args):
            msg = "an argument has a NUL character; take it out"
            raise UserError(msg)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. The message of an error is one line of bounded length, whatever the input put into it."""
        sys.excepthook = _print_traceback
        try:
            return self._invoke(ctx)
        except click.ClickException as error:
            error.message = one_line(error.message)  # type: ignore[misc]
            raise

    def _invoke(self, ctx: click.Context) -> Any:
        try:
            with interruptible():
                return super().invoke(ctx)
        except KeyboardInterrupt as error:
            msg = "interrupted"
            raise Aborted(msg) from error
        except ZebraError as error:
            from zebra_core.training.folder import is_first_process  # noqa: PLC0415

            if not is_first_process():
                raise SystemExit(UserError.exit_code) from error
            if os.environ.get("ZEBRA_DEBUG"):
                raise
            raise (Aborted if isinstance(error, Interrupted) else UserError)(printable(str(error))) from error
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            msg = f"'{str(error.filename)[:60]}...' is not a path: it is too long; check the name"
            raise UserError(msg) from error

    @staticmethod
    def _of_plugins(ctx: click.Context) -> dict[str, click.Command]:
        """Return the commands of plugins, loaded once; those of loose plugins too, if the context names them."""
        from zebra_core.plugins.discovery import load_commands  # noqa: PLC0415

        names = tuple(ctx.meta.get(PLUGINS, ()))
        memo: dict[tuple[str, ...], dict[str, click.Command]] = ctx.meta.setdefault(LOADED, {})
        try:
            if names not in memo:
                memo[names] = load_commands(names)
        except ZebraError as error:
            raise UserError(str(error)) from error
        return memo[names]


def _print_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print a traceback without the secrets that the errors of libraries name."""
    click.echo(redacted_message("".join(traceback.format_exception(kind, error, trace))), err=True, nl=False)


def one_line(message: str) -> str:
    """Return a message as one line; the middle of a message longer than `LONGEST` is left out."""
    text = " ".join(message.split())
    if len(text) <= LONGEST:
        return text
    half = (LONGEST - len(" ... ")) // 2
    return f"{text[:half]} ... {text[-half:]}"


def _remember(ctx: click.Context, _: click.Parameter, plugins: Sequence[str]) -> None:
    ctx.meta[PLUGINS] = tuple(plugins)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("zebra-preference"), prog_name="zebra")
@click.option(
    "--plugin",
    multiple=True,
    metavar="NAME|FILE",
    expose_value=False,
    is_eager=True,
    callback=_remember,
    help="Plugin to load, as after a command; needed here for a command that the plugin adds. Repeatable.",
)
def main() -> None:
    """Build preference datasets without annotation, from benchmark scores of the models that answered, and train on them."""
