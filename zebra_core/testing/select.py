"""Find the components that a name, a file or an object stands for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zebra_core.errors import ZebraError, nearest
from zebra_core.plugins.component import Component
from zebra_core.plugins.discovery import Plugins, load_plugins
from zebra_core.plugins.hooks import call_hook
from zebra_core.plugins.trust import find_loose_code
from zebra_core.recipe.options import names_of
from zebra_core.testing.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def select_subjects(
    target: str | Component,
    options: Sequence[Mapping[str, Any]] = ({},),
    *,
    location: str | None = None,
    model: str = "",
) -> list[Subject]:
    """Return the components to check, once with each set of options.

    `target` is the name of a component (`near`, `similarity.near`, `command.NAME`) or of an installed plugin, else a
    plugin as `--plugin` takes it, such as a file: then all of its components. Raise ZebraError if there is none of that
    name, or if several components would get the same options.
    """
    if isinstance(target, Component):
        plugins, components, requested = _plugins(()), [target], None
    else:
        plugins, components, requested = _find(target)
    if len(components) > 1 and any(options):
        names = ", ".join(component.address for component in components)
        msg = f"{target!r} stands for {names}; options are for one of them: name it"
        raise ZebraError(msg)
    if location and Path(location).exists():
        location = str(Path(location).absolute())  # the current folder of another process may be another one
    return [
        Subject(component, plugins, dict(values), location, model, requested)
        for component in components
        for values in options
    ]


def _find(target: str) -> tuple[Plugins, list[Component], tuple[str, ...]]:
    """Return the plugins that have a target, its components, and what another process loads to have them."""
    plugins = _plugins(())
    if not (target.endswith(".py") or "/" in target):
        offered = _offered(plugins)
        components = [c for c in offered if target in names_of(c)] or [c for c in offered if c.plugin == target]
        if components:
            return plugins, components, ()
    code = find_loose_code(target)
    if code is None:
        near = nearest(target, [*(name for c in _offered(plugins) for name in (c.name, c.address)), *plugins.origins])
        hint = f"did you mean {near!r}? " if near else ""
        msg = f"there is no component, plugin or file {target!r}; {hint}`zebra plugins` lists the components"
        raise ZebraError(msg)
    location = str(code.path.absolute()) if code.path is not None else target
    plugins = _plugins((location,), code.digest)
    return plugins, [c for c in _offered(plugins) if c.plugin == plugins.named[-1]], (location,)


@cache
def _plugins(requested: tuple[str, ...], digest: str = "") -> Plugins:  # noqa: ARG001  # a changed file is loaded again
    """Load plugins once: a file that is loaded again has other classes, and what was made of the first cannot be pickled."""
    return load_plugins(requested)


def _offered(plugins: Plugins) -> list[Component]:
    """Return every component, and the commands of plugins as components of the kind `command`."""
    commands = [
        Component("command", str(command.name), hook.plugin_name, command)
        for hook in plugins.manager.hook.zebra_commands.get_hookimpls()
        for command in call_hook(hook, plugins.trace)
    ]
    return [*plugins.components, *commands]


def installed_components() -> list[Component]:
    """Return every component of the installed plugins, and every command."""
    return _offered(_plugins(()))
