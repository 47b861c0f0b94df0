"""The question whether to run the loose code that a recipe names, and the flag `--trust` that answers it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from zebra_core.errors import ZebraError
from zebra_core.plugins.installed import installed_names
from zebra_core.plugins.trust import find_loose_code, require_consent

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from zebra_core.plugins.component import Component
    from zebra_core.plugins.options import Option

TRUST = "zebra.trust"
"""Where the context keeps whether --trust is given."""


def ask_consent(names: Iterable[str], requested: Collection[str]) -> None:
    """Ask whether to run the loose code among a recipe's plugins, unless it is `requested` on the command line.

    With --trust nothing is asked. Raise ZebraError if the user declines, or if there is no terminal to ask on.
    """
    others = [name for name in names if name not in requested and not name.startswith("no:")]
    installed = installed_names() if others else set()
    codes = [code for code in map(find_loose_code, others) if code is not None and code.name not in installed]
    require_consent(codes, _asker())


def ask_about_options(settings: Iterable[tuple[Component, Option, object]]) -> None:
    """Ask whether to use options of components that run code, or send data, and that a recipe sets, such as files of tasks.

    Raise ZebraError if the user declines, or if there is no terminal to ask on.
    """
    for component, option, value in settings:
        for code in option.code_in(value):
            what, confirm = f"{component.name}.{option.name} to {code}, which runs code or sends data", _asker()
            if confirm is None:
                msg = f"the recipe sets {what}; read it, then add --trust to run it"
                raise ZebraError(msg)
            if not confirm(f"The recipe sets {what}. Run it?"):
                msg = f"{code} is not trusted, so nothing was run"
                raise ZebraError(msg)


def _asker() -> Callable[[str], bool] | None:
    """Return how to ask: not at all with --trust, on a terminal if there is one, else None."""
    trusted = click.get_current_context().meta.get(TRUST)
    return partial(_agreed, asking=not trusted) if trusted or sys.stdin.isatty() else None


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
        help="Run the plugins and task files that the recipe names, without asking.",
    )(command)
