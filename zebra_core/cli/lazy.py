"""Commands that are listed without importing the module that implements them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click


class LazyCommand(click.Command):
    """A command known by name and help alone; `target` (`module:attribute`) is imported when the command runs."""

    def __init__(self, name: str, target: str, help: str) -> None:  # noqa: A002  # what click calls it
        super().__init__(name, help=help)
        self.target = target

    def load(self) -> click.Command:
        """Import the command itself."""
        module, _, attribute = self.target.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Return the context of the command itself."""
        return self.load().make_context(info_name, args, parent, **extra)


def lazy_command(name: str, target: str, help: str) -> click.Command:  # noqa: A002  # what click calls it
    """Return a command for the hook `zebra_commands` whose module is imported only when it runs.

    `target` is `module:attribute`, where the attribute is a click command; `help` is the line that `zebra --help` shows.
    """
    return LazyCommand(name, target, help)
