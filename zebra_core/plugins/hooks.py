"""Call the hooks of one plugin, and check what they offer."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from zebra_core.errors import PluginError
from zebra_core.plugins.component import Component

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pluggy

    from zebra_core.base.trace import Trace


def is_optional(caller: pluggy.HookCaller, plugin: str) -> bool:
    """Return whether a plugin's implementation of a hook is declared as optional: it is for another version of ZEBRA."""
    return all(each.optionalhook for each in caller.get_hookimpls() if each.plugin_name == plugin)


def deprecations(register: Callable[[], object]) -> list[str]:
    """Register a plugin. Return what is deprecated in the hooks and arguments that it implements."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", DeprecationWarning)
        register()
    return [str(warning.message) for warning in caught if issubclass(warning.category, DeprecationWarning)]


def call_hook(hook: pluggy.HookImpl, trace: Trace) -> Any:
    """Call one plugin's implementation of a hook without arguments. Raise PluginError if it fails."""
    try:
        with trace.step(hook.function.__name__, hook.plugin_name):
            return hook.function()
    except (Exception, SystemExit) as error:
        msg = f"plugin {hook.plugin_name!r}: its hook {hook.function.__name__} failed with {type(error).__name__}: {error}"
        raise PluginError(msg) from error


def offered_components(kind: str, plugin: str, origin: object, hook: Callable[[], object]) -> Iterator[Component]:
    """Call one plugin's hook. Two names of the same object are a name and its alias."""
    try:
        offered = hook()
    except (Exception, SystemExit) as error:
        msg = f"plugin {plugin!r} ({origin}) failed to offer its {kind} components with {type(error).__name__}: {error}"
        raise PluginError(msg) from error
    if not isinstance(offered, Mapping) or not all(isinstance(n, str) and callable(c) for n, c in offered.items()):
        msg = f"plugin {plugin!r} ({origin}) must offer its {kind} components as a dict of names to callables, got {_kinds(offered)}"
        raise PluginError(msg)
    names: dict[int, list[str]] = {}
    for name, factory in offered.items():
        names.setdefault(id(factory), []).append(name)
    for name, *aliases in names.values():
        yield Component(kind, name, plugin, offered[name], tuple(aliases))


def _kinds(offered: object) -> str:
    """Return what a hook offered, as text: the type of each component."""
    if not isinstance(offered, Mapping):
        return f"a value of type {type(offered).__name__}"
    return ", ".join(f"{name!r}: {type(component).__name__}" for name, component in offered.items())
