"""The names of a new plugin: of its component, its module and its distribution."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec

import attrs

import zebra_core as zebra
from zebra_core.cli import COMMANDS

PREFIX = "zebra-"
VALID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 60
"""The maximum number of characters of a name."""


@attrs.frozen
class Names:
    """The names of a plugin, from that of its component: `near` is in the module `zebra_near` of the distribution `zebra-near`."""

    name: str

    @property
    def distribution(self) -> str:
        """What pip installs."""
        return f"{PREFIX}{self.name}"

    @property
    def module(self) -> str:
        """What Python imports."""
        return self.distribution.replace("-", "_")


def make_names(text: str) -> Names:
    """Return the names of a plugin from what a user wrote: `My_Sim` and `zebra-my-sim` are `my-sim`.

    Raise ZebraError if that is not a name, or if a component, a command, a plugin or a package has it.
    """
    name = re.sub(r"[-_. ]+", "-", text.strip().lower()).removeprefix(PREFIX)
    if not VALID.fullmatch(name) or len(name) > LONGEST:
        msg = (
            f"{text!r} cannot be the name of a plugin; use up to {LONGEST} ASCII letters, digits and dashes, the first of them a "
            "letter, such as my-sim"
        )
        raise zebra.ZebraError(msg)
    names = Names(name)
    owner = _owner_of(names)
    if owner:
        msg = f"the name {name!r} is taken: {owner}; choose another name"
        raise zebra.ZebraError(msg)
    return names


def _owner_of(names: Names) -> str:
    """Return what has one of the names, in words; empty if nothing has."""
    plugins = zebra.load_plugins()
    for component in plugins.components:
        if names.name in (component.name, *component.aliases):
            return f"it is the {component}"
    if names.name in {*COMMANDS, *plugins.commands()}:
        return f"`zebra {names.name}` is a command"
    if names.name in plugins.origins:
        return f"{plugins.origins[names.name]} has a plugin of that name"
    if find_spec(names.module):
        return f"a module {names.module} is installed"
    return f"a package {names.distribution} is installed" if _is_installed(names.distribution) else ""


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True
