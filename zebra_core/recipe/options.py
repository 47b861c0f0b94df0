"""Options of components as a recipe holds them: tables of values, addressed by component.

A target is `NAME`, `PLUGIN:NAME` or `KIND.NAME`, such as `long`, `pools:long` or `pool.long`. The kind of a score source
is written `score-source`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from zebra_core.errors import ZebraError
from zebra_core.hookspecs import KINDS

if TYPE_CHECKING:
    from zebra_core.plugins.component import Component
    from zebra_core.plugins.discovery import Plugins

Options: TypeAlias = Mapping[str, Mapping[str, Any]]
"""Values by target and option."""
PREFIXES = tuple(kind.replace(" ", "-") for kind in KINDS)


def names_of(component: Component) -> tuple[str, ...]:
    """Return every target that addresses a component."""
    prefix = component.address.partition(".")[0]
    return (*component.names, *(f"{prefix}.{name}" for name in component.names))


def options_for(component: Component, options: Options, plugins: Plugins | None = None) -> dict[str, Any]:
    """Return the options that address a component, merged; a target with the kind takes precedence over a bare name.

    A bare name may also address a component of another kind: with `plugins` given, an option that only the other one
    declares is left to it.
    """
    merged: dict[str, Any] = {}
    for target in names_of(component):
        values = options.get(target, {})
        bare = target in component.names
        merged |= {name: v for name, v in values.items() if not (bare and _meant_for_another(component, name, plugins))}
    return merged


def _meant_for_another(component: Component, option: str, plugins: Plugins | None) -> bool:
    if plugins is None or option in component.options:
        return False
    namesakes = [c for c in plugins.components if c.kind != component.kind and {*c.names} & {*component.names}]
    return any(option in namesake.options for namesake in namesakes)


def read_setting(text: str) -> tuple[str, str, Any]:
    """Read `TARGET.OPTION=VALUE`. The value is read as TOML (1, 0.5, true, ["a", "b"]), or else taken as text."""
    name, equals, value = text.partition("=")
    target, dot, option = name.strip().rpartition(".")
    if not (equals and dot and target and option):
        msg = f"--set expects COMPONENT.OPTION=VALUE, such as rbf.gamma=0.5, got {text!r}"
        raise ZebraError(msg)
    try:
        return target, option, tomllib.loads(f"value = {value}")["value"]
    except (ValueError, RecursionError):
        return target, option, value


def flatten(tables: object, where: str) -> dict[str, dict[str, Any]]:
    """Return options by target from the tables of a recipe, in which `[options.pool.long]` stands for `pool.long`.

    Raise ZebraError if they are not tables.
    """
    flat: dict[str, dict[str, Any]] = {}
    for target, values in _table(tables, where).items():
        table = _table(values, where)
        if target in PREFIXES and table and all(isinstance(value, Mapping) for value in table.values()):
            flat |= {f"{target}.{name}": dict(value) for name, value in table.items()}
        else:
            flat[target] = dict(table)
    return flat


def _table(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        msg = f"{where}: options must be tables, such as [options.rbf] followed by gamma = 0.5"
        raise ZebraError(msg)
    return value
