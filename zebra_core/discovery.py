"""Finding plugins, and finding a component among what they offer."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pluggy

from zebra_core import hookspecs
from zebra_core.components import Component
from zebra_core.errors import PluginError, ZebraError, nearest, unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

GROUP = "zebra"


@attrs.frozen
class Origin:
    """Where a plugin comes from: a distribution and its version, or a file and its hash."""

    distribution: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip()


@attrs.frozen(eq=False)
class Plugins:
    """The plugins of one run, and the components that they offer."""

    manager: pluggy.PluginManager
    origins: dict[str, Origin] = attrs.field(factory=dict)
    named: list[str] = attrs.field(factory=list)
    components: list[Component] = attrs.field(factory=list)
    warnings: list[str] = attrs.field(factory=list)

    def of(self, kind: str) -> list[Component]:
        """Return every component of a kind."""
        return [c for c in self.components if c.kind == kind]

    def has(self, kind: str, name: str) -> bool:
        """Whether a component of that name, or `plugin:name`, is offered."""
        return bool(self._matching(kind, name))

    def find(self, kind: str, name: str) -> Component:
        """Return the component of that name or alias, or of `plugin:name`.

        Raises ZebraError for a name that nobody offers, with the closest one, and for one that two plugins offer.
        """
        found = self._matching(kind, name)
        if not found:
            raise unknown(kind, name, [n for c in self.of(kind) for n in (c.name, *c.aliases)])
        if len(found) > 1:
            claims = " and ".join(f"{c.plugin}:{name}" for c in found)
            msg = f"the {kind} {name!r} is offered by {len(found)} plugins; say which: {claims}"
            raise ZebraError(msg)
        return found[0]

    def _matching(self, kind: str, name: str) -> list[Component]:
        return [
            c for c in self.of(kind) if any(name in (known, f"{c.plugin}:{known}") for known in (c.name, *c.aliases))
        ]

    def locate(self, kind: str, text: str) -> tuple[Component | None, str | None]:
        """Split `NAME`, `NAME:LOCATION` or `LOCATION` into the component named and the location."""
        if self.has(kind, text):
            return self.find(kind, text), None
        pieces = text.split(":")
        for cut in (1, 2):
            head = ":".join(pieces[:cut])
            if len(pieces) > cut and self.has(kind, head):
                return self.find(kind, head), ":".join(pieces[cut:])
        return None, text

    def only(self, kind: str) -> Component | None:
        """Return the component that becomes the run's choice: the one of its kind in a plugin that the user named."""
        offered = [(name, [c for c in self.of(kind) if c.plugin == name]) for name in self.named]
        single = [components[0] for _, components in offered if len(components) == 1]
        return single[-1] if single else None

    def done(self, stage: str, result: object) -> None:
        """Tell the plugins that observe stages; PluginError where one fails."""
        values = {"stage": stage, "result": result}
        for observer in self.manager.hook.zebra_stage_done.get_hookimpls():
            try:
                observer.function(*(values[name] for name in observer.argnames))
            except Exception as error:
                msg = f"plugin {observer.plugin_name!r} failed after the stage {stage!r} with {type(error).__name__}: {error}"
                raise PluginError(msg) from error

    def add(self, name: str, module: Any, origin: Origin) -> None:
        """Register a plugin and take up what it offers; PluginError where it does not keep to the hooks."""
        try:
            self.manager.register(module, name)
        except (pluggy.PluginValidationError, ValueError) as wrong:
            msg = f"plugin {name!r} ({origin}) does not fit the hooks: {str(wrong).splitlines()[-1]}"
            raise PluginError(msg) from wrong
        try:
            self._check_hooks(name, module, origin)
            self.components.extend(self._offered(name, origin))
        except PluginError:
            self.manager.unregister(module)
            raise
        self.origins[name] = origin

    def _check_hooks(self, name: str, module: Any, origin: Origin) -> None:
        callers = self.manager.get_hookcallers(module) or []
        known = [hook for hook in dir(hookspecs) if hook.startswith("zebra_")]
        for caller in callers:
            if not caller.has_spec():
                guess = nearest(caller.name, known)
                msg = (
                    f"plugin {name!r} ({origin}) implements {caller.name!r}, which is no hook; did you mean {guess!r}?"
                )
                raise PluginError(msg)
        if not callers:
            msg = f"plugin {name!r} ({origin}) implements no hook; mark its functions with @zebra.hookimpl"
            raise PluginError(msg)

    def _offered(self, name: str, origin: Origin) -> Iterator[Component]:
        for kind, hook in hookspecs.KINDS.items():
            for implementation in getattr(self.manager.hook, hook).get_hookimpls():
                if implementation.plugin_name == name:
                    yield from _components(kind, name, origin, implementation.function)


def _components(kind: str, plugin: str, origin: Origin, hook: Any) -> Iterator[Component]:
    """Call one plugin's hook; two names for one thing are a name and its alias."""
    try:
        offered = hook()
    except Exception as error:
        msg = f"plugin {plugin!r} ({origin}) failed to offer its {kind} components with {type(error).__name__}: {error}"
        raise PluginError(msg) from error
    if not isinstance(offered, Mapping) or not all(isinstance(n, str) and callable(c) for n, c in offered.items()):
        msg = f"plugin {plugin!r} ({origin}) must offer its {kind} components as a dict of names to callables, got {offered!r}"
        raise PluginError(msg)
    names: dict[int, list[str]] = {}
    for name, factory in offered.items():
        names.setdefault(id(factory), []).append(name)
    for name, *aliases in names.values():
        yield Component(kind, name, plugin, offered[name], tuple(aliases))


def load_plugins(wanted: Iterable[str] = ()) -> Plugins:
    """Load every installed plugin and those wanted besides; `no:NAME` leaves one out.

    An installed plugin that cannot be loaded is left out with a warning; one that is wanted by name raises ZebraError.
    A wanted plugin is a path (`.py`, or with a slash), else an installed one, else a module, else a file beside you.
    """
    wanted = list(wanted)
    plugins = Plugins(pluggy.PluginManager("zebra"))
    plugins.manager.add_hookspecs(hookspecs)
    blocked = {name.removeprefix("no:") for name in wanted if name.startswith("no:")}
    named = [name for name in wanted if not name.startswith("no:")]
    installed = dict(_installed())
    for name in blocked - set(installed):
        what = "installed plugin"
        raise unknown(what, name, installed)
    for name, (entry, origin) in installed.items():
        if name in blocked:
            continue
        try:
            plugins.add(name, _imported(name, entry.load, origin), origin)
        except PluginError as error:
            if name in named:
                raise
            plugins.warnings.append(f"left out: {error}")
    for name in named:
        _add_named(plugins, name)
    return plugins


def _installed() -> Iterator[tuple[str, tuple[EntryPoint, Origin]]]:
    """Find the installed plugins; where two distributions have one of the same name, the second is `distribution.name`."""
    seen: dict[str, str] = {}
    for entry in sorted(
        entry_points(group=GROUP), key=lambda entry: (entry.name, entry.dist.name if entry.dist else "")
    ):
        owner = Origin(entry.dist.name, entry.dist.version) if entry.dist else Origin("unknown distribution")
        if seen.get(entry.name) == owner.distribution:
            continue
        name = f"{owner.distribution}.{entry.name}" if entry.name in seen else entry.name
        seen[name] = owner.distribution
        yield name, (entry, owner)


def _add_named(plugins: Plugins, name: str) -> None:
    if name not in plugins.origins:
        path = Path(name)
        if name.endswith(".py") or "/" in name:
            name, module, origin = _from_path(path)
        elif importlib.util.find_spec(name.partition(".")[0]):
            origin = Origin(f"module {name}")
            module = _imported(name, lambda: importlib.import_module(name), origin)
        elif path.with_suffix(".py").is_file():
            name, module, origin = _from_path(path.with_suffix(".py"))
        else:
            near = nearest(name, plugins.origins)
            hint = f"did you mean {near!r}? " if near else ""
            msg = f"there is no plugin {name!r}: none of that name is installed, no such module, no file ./{name}.py; {hint}see `zebra plugins`"
            raise ZebraError(msg)
        plugins.add(name, module, origin)
    plugins.named.append(name)


def _from_path(path: Path) -> tuple[str, ModuleType, Origin]:
    """Import a file, or a folder with an `__init__.py`, without touching sys.path."""
    source = path / "__init__.py" if path.is_dir() else path
    if not source.is_file():
        msg = f"there is no plugin file {source}; check the path after --plugin"
        raise ZebraError(msg)
    name, origin = path.stem, Origin(f"file {path}", f"sha256:{hashlib.sha256(source.read_bytes()).hexdigest()}")
    qualified = f"zebra_plugin_{name}"
    spec = importlib.util.spec_from_file_location(
        qualified, source, submodule_search_locations=[str(path)] if path.is_dir() else None
    )
    if spec is None or spec.loader is None:
        msg = f"{source} is no Python file; a plugin is a .py file or a folder with an __init__.py"
        raise ZebraError(msg)
    module = importlib.util.module_from_spec(spec)
    sys.modules[qualified] = module
    execute = spec.loader.exec_module
    _imported(name, lambda: execute(module), origin)
    return name, module, origin


def _imported(name: str, load: Any, origin: Origin) -> Any:
    try:
        return load()
    except (Exception, SystemExit) as error:
        msg = f"plugin {name!r} ({origin}) cannot be imported: {type(error).__name__}: {error}"
        raise PluginError(msg) from error
