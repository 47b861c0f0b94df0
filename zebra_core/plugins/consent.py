"""The question whether to run the loose code that a recipe names, and the flag `--trust` that answers it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from zebra_core.plugins.discovery import installed_names
from zebra_core.plugins.trust import find_loose_code, require_consent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

TRUST = "zebra.trust"
"""Where the context keeps whether --trust is given."""


def ask_consent(names: Iterable[str], requested: Collection[str]) -> None:
    """Ask whether to run the loose code among a recipe's plugins, unless it is `requested` on the command line.

    With --trust nothing is asked. Raise ZebraError if the user declines, or if there is no terminal to ask on.
    """
    others = [name for name in names if name not in requested and not name.startswith("no:")]
    installed = installed_names() if others else set()
    codes = [code for code in map(find_loose_code, others) if code is not None and code.name not in installed]
    trusted, terminal = click.get_current_context().meta.get(TRUST), sys.stdin.isatty()
    confirm = partial(_agreed, asking=not trusted) if trusted or terminal else None
    require_consent(codes, confirm, warn=lambda text: click.echo(f"Warning: {text}", err=True))


def _agreed(question: str, *, asking: bool) -> bool:
    return not asking or click.confirm(question, err=True)


def trust_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option that agrees to run the code that a recipe names."""

    def remember(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001  # click's signature
        context.meta[TRUST] = value

    return click.option(
        "--trust",
        is_flag=True,
        expose_value=False,
        callback=remember,
        help="Run the plugin files and modules that the recipe names, without asking.",
    )(command)
