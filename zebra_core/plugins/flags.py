"""The flags that components declare for their options."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zebra_core.plugins.component import Component
    from zebra_core.plugins.discovery import Plugins
    from zebra_core.plugins.options import Option


def component_flags(plugins: Plugins, kind: str) -> dict[str, list[tuple[Component, Option]]]:
    """Return the options of a kind's components that have a flag, by flag; several components may share one."""
    flags: dict[str, list[tuple[Component, Option]]] = {}
    for component in plugins.of_kind(kind):
        for option in component.options.values():
            if option.info.flag:
                flags.setdefault(option.info.flag, []).append((component, option))
    return flags


def requesting_flags(plugins: Plugins, kind: str) -> list[Option]:
    """Return the options whose flags request a component of a kind."""
    owners = [owner for entry in component_flags(plugins, kind).values() for owner in entry]
    return [option for _, option in owners if option.info.requests]
