"""Find plugins, and find a component among those they offer."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pluggy

from zebra_core import hookspecs
from zebra_core.base.trace import Trace
from zebra_core.errors import PluginError, ZebraError, nearest, unknown
from zebra_core.plugins.hooks import call_hook, deprecations, is_optional, offered_components
from zebra_core.plugins.installed import Origin, installed_plugins, left_out, names_to_load
from zebra_core.plugins.observers import Observers
from zebra_core.plugins.requirements import check_api, check_version
from zebra_core.plugins.trust import check_loaded, digest_of, find_loose_code, note_loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from types import ModuleType

    import click

    from zebra_core.plugins.component import Component


@attrs.frozen(eq=False)
class Plugins:
    """The plugins of a run and their components.

    `named` lists the plugins that the user asked for, and `files` the files of the loose ones, by the name asked for.
    `on_warning` gets each of `warnings` when it arises, and `trace` has the time of each import, hook and stage.
    """

    manager: pluggy.PluginManager
    origins: dict[str, Origin] = attrs.field(factory=dict)
    named: list[str] = attrs.field(factory=list)
    components: list[Component] = attrs.field(factory=list)
    files: dict[str, Path] = attrs.field(factory=dict)
    warnings: list[str] = attrs.field(factory=list)
    on_warning: Callable[[str], object] = lambda _: None
    trace: Trace = attrs.field(factory=Trace)
    observers: Observers = attrs.field(init=False)

    @observers.default
    def _observers(self) -> Observers:
        return Observers(self.manager, self.warn, self.trace)

    def __repr__(self) -> str:
        return f"<Plugins: {', '.join(self.origins)}; {len(self.components)} components>"

    def of_kind(self, kind: str) -> list[Component]:
        """Return every component of a kind."""
        return [component for component in self.components if component.kind == kind]

    def has(self, kind: str, name: str) -> bool:
        """Return whether a component of that name, or `plugin:name`, is offered."""
        return bool(self._matching(kind, name))

    def find(self, kind: str, name: str) -> Component:
        """Return the component of that name or alias, or of `plugin:name`.

        Raise ZebraError, suggesting the closest match, for an unknown name, and for one that two plugins offer.
        """
        matches = self._matching(kind, name)
        if not matches:
            raise unknown(kind, name, [n for c in self.of_kind(kind) for n in (c.name, *c.aliases)])
        if len(matches) > 1:
            claims = " and ".join(f"{c.plugin}:{name}" for c in matches)
            msg = f"the {kind} {name!r} is offered by {len(matches)} plugins; choose one: {claims}"
            raise ZebraError(msg)
        return matches[0]

    def _matching(self, kind: str, name: str) -> list[Component]:
        return [component for component in self.of_kind(kind) if name in component.names]

    def unique_name(self, component: Component) -> str:
        """Return the name that finds this component only: with that of its plugin, if two plugins offer the name."""
        matches = self._matching(component.kind, component.name)
        return component.name if len(matches) == 1 else f"{component.plugin}:{component.name}"

    def locate(self, kind: str, text: str) -> tuple[Component | None, str | None]:
        """Split `NAME`, `NAME:LOCATION` or `LOCATION` into the named component and the location."""
        if self.has(kind, text):
            return self.find(kind, text), None
        pieces = text.split(":")
        for cut in (1, 2):
            head = ":".join(pieces[:cut])
            if len(pieces) > cut and self.has(kind, head):
                return self.find(kind, head), ":".join(pieces[cut:])
        return None, text

    def sole_component(self, kind: str) -> Component | None:
        """Return the component that a plugin named by the user offers, if it offers exactly one of this kind."""
        offered = [[c for c in self.of_kind(kind) if c.plugin == name] for name in self.named]
        single = [components[0] for components in offered if len(components) == 1]
        return single[-1] if single else None

    def default(self, kind: str) -> str:
        """Return the name of the default component of a kind. Raise ZebraError if no plugin declares one."""
        name = self.declared_default(kind)
        if not name:
            names = ", ".join(component.name for component in self.of_kind(kind))
            msg = f"no plugin declares a default {kind}; name one: {names or f'none is loaded{left_out()}'}"
            raise ZebraError(msg)
        return name

    def declared_default(self, kind: str) -> str:
        """Return the default that plugins declare, empty if none does; a plugin that the user named takes precedence."""
        hooks = self.manager.hook.zebra_defaults.get_hookimpls()
        names: dict[str, str] = {hook.plugin_name: call_hook(hook, self.trace).get(kind, "") for hook in hooks}
        declared = [name for plugin, name in sorted(names.items(), key=lambda item: item[0] in self.named) if name]
        return declared[-1] if declared else ""

    def warn(self, text: str) -> None:
        """Add a warning, once."""
        if text not in self.warnings:
            self.warnings.append(text)
            self.on_warning(text)

    def stage(self, name: str) -> AbstractContextManager[Callable[[object], None]]:
        """Give the context of a stage, which observers are notified of; call what it gives with the stage's result."""
        return self.observers.stage(name)

    def commands(self) -> dict[str, click.Command]:
        """Return the commands that plugins add, by name. Raise PluginError if two plugins add the same one."""
        commands: dict[str, click.Command] = {}
        for implementation in self.manager.hook.zebra_commands.get_hookimpls():
            for command in call_hook(implementation, self.trace):
                if command.name in commands:
                    msg = f"plugin {implementation.plugin_name!r} adds the command {command.name!r}, which another plugin has added"
                    raise PluginError(msg)
                commands[str(command.name)] = command
        return commands

    def page(self, dataset: object) -> str:
        """Return the page of a dataset as HTML, from the plugin that was added last. Raise PluginError if none offers pages."""
        implementations = self.manager.hook.zebra_page.get_hookimpls()
        if not implementations:
            msg = f"no plugin offers the page of a dataset{left_out()}"
            raise PluginError(msg)
        make_page: Callable[[object, Plugins], str] = call_hook(implementations[-1], self.trace)
        return make_page(dataset, self)

    def add(self, name: str, module: Any, origin: Origin, *, components: bool = True) -> None:
        """Register a plugin and its components.

        Raise PluginError if it breaks the contract of the hooks or is for another version of them, or if another plugin
        has its name.
        """
        self.check_name(name, origin)
        check_api(name, origin, getattr(module, "ZEBRA_API", None))
        try:
            warnings = deprecations(lambda: self.manager.register(module, name))
        except (pluggy.PluginValidationError, ValueError) as error:
            msg = f"plugin {name!r} ({origin}) does not fit the hooks: {str(error).splitlines()[-1]}"
            raise PluginError(msg) from error
        try:
            self._check_hooks(name, module, origin)
            self.components.extend(self._offered(name, origin) if components else ())
        except PluginError:
            self.manager.unregister(module)
            raise
        self.origins[name] = origin
        for warning in warnings:
            self.warn(f"plugin {name!r} ({origin}): {warning}")

    def check_name(self, name: str, origin: Origin) -> None:
        """Raise PluginError if another plugin has this name."""
        if name in self.origins:
            msg = (
                f"two plugins have the name {name!r}: {self.origins[name]} and {origin}; rename the file, or leave out "
                f"one that is installed with --plugin no:{name}"
            )
            raise PluginError(msg)

    def _check_hooks(self, name: str, module: Any, origin: Origin) -> None:
        callers = self.manager.get_hookcallers(module) or []
        hooks = [hook for hook in dir(hookspecs) if hook.startswith("zebra_")]
        for caller in callers:
            if not caller.has_spec() and not is_optional(caller, name):
                guess = nearest(caller.name, hooks)
                msg = f"plugin {name!r} ({origin}) implements {caller.name!r}, which is not a hook; did you mean {guess!r}?"
                raise PluginError(msg)
        if not callers:
            msg = f"plugin {name!r} ({origin}) implements no hook; mark its functions with @zebra.hookimpl"
            raise PluginError(msg)

    def _offered(self, name: str, origin: Origin) -> Iterator[Component]:
        for kind, hook in hookspecs.KINDS.items():
            for implementation in getattr(self.manager.hook, hook).get_hookimpls():
                if implementation.plugin_name == name:
                    with self.trace.step(hook, name):
                        components = list(offered_components(kind, name, origin, implementation.function))
                    yield from components


def load_plugins(
    requested: Iterable[str] = (),
    *,
    components: bool = True,
    recorded: bool = False,
    on_warning: Callable[[str], object] = lambda _: None,
) -> Plugins:
    """Load the installed plugins (those that ZEBRA_PLUGINS lists, if it is set) and the requested ones.

    `no:NAME` leaves an installed one out.

    An installed plugin that cannot be loaded is left out with a warning; a requested one raises ZebraError. A requested
    plugin is a path (`.py`, or with a slash), else an installed plugin, else a module, else a file in the current folder.
    `on_warning` gets each warning. Without `components` the hooks that offer components are not called, which is fast: only
    commands are available. With `recorded` the names are those of a manifest: loose code that this process has not run before
    raises ZebraError.
    """
    requested = list(requested)
    plugins = Plugins(pluggy.PluginManager("zebra"), on_warning=on_warning)
    plugins.manager.add_hookspecs(hookspecs)
    installed = installed_plugins()
    for name in names_to_load(installed, requested):
        entry, origin = installed[name]
        try:
            check_version(name, entry.dist)
            plugins.add(name, _imported(plugins, name, entry.load, origin), origin, components=components)
        except PluginError as error:
            if name in requested:
                raise
            plugins.warn(f"left out: {error}")
    for name in requested:
        if not name.startswith("no:"):
            _add_named(plugins, name, components=components, recorded=recorded)
    return plugins


def load_commands(requested: Iterable[str] = ()) -> dict[str, click.Command]:
    """Return the commands of the installed and the requested plugins, by name, without loading any component."""
    return load_plugins(requested, components=False).commands()


def _add_named(plugins: Plugins, name: str, *, components: bool, recorded: bool) -> None:
    if name in plugins.origins:
        _warn_of_file(plugins, f"plugin {name!r} is {plugins.origins[name]}", Path(f"{name}.py"))
        plugins.named.append(name)
        return
    code = find_loose_code(name)
    if code is None:
        near = nearest(name, plugins.origins)
        hint = f"did you mean {near!r}? " if near else ""
        msg = f"there is no plugin {name!r}: no installed plugin or module has that name, and there is no file ./{name}.py; {hint}see `zebra plugins`"
        raise ZebraError(msg)
    if recorded:
        check_loaded(code)
    note_loaded(code)
    if code.path is not None:
        name = _add_file(plugins, name, code.path, components=components)
    else:
        _add_module(plugins, name, code.file, components=components)
    plugins.named.append(name)


def _add_module(plugins: Plugins, name: str, file: Path | None, *, components: bool) -> None:
    """Add a module as a plugin, with a warning if a file of that name in the current folder is another one."""
    beside, origin = Path(f"{name}.py"), Origin(f"module {name}")
    if file is not None and beside.is_file() and not beside.samefile(file):
        _warn_of_file(plugins, f"plugin {name!r} is the module {file}", beside)
    module = _imported(plugins, name, lambda: importlib.import_module(name), origin)
    plugins.add(name, module, origin, components=components)


def _warn_of_file(plugins: Plugins, fact: str, file: Path) -> None:
    if file.is_file() and file.stem not in {path.stem for path in plugins.files.values()}:
        plugins.warn(f"{fact}, not the file ./{file}; to use the file, rename it and name its path")


def _add_file(plugins: Plugins, requested: str, path: Path, *, components: bool) -> str:
    """Add a loose plugin, unless the same file has been added. Return the plugin's name."""
    if not any(_is_same_file(path, other) for other in plugins.files.values()):
        plugins.check_name(path.stem, Origin(f"file {path}"))
        plugins.add(*_from_path(plugins, path), components=components)
    plugins.files[requested] = path
    return path.stem


def _is_same_file(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)


def _from_path(plugins: Plugins, path: Path) -> tuple[str, ModuleType, Origin]:
    """Import a file, or a folder with an `__init__.py`, without touching sys.path."""
    source = path / "__init__.py" if path.is_dir() else path
    if not source.is_file():
        msg = f"there is no plugin file {source}; check the path after --plugin"
        raise ZebraError(msg)
    name, origin = path.stem, Origin(f"file {path}", digest_of(source))
    qualified = f"zebra_plugin_{name}"
    spec = importlib.util.spec_from_file_location(
        qualified, source, submodule_search_locations=[str(path)] if path.is_dir() else None
    )
    if spec is None or spec.loader is None:
        msg = f"{source} is not a Python file; a plugin is a .py file or a folder with an __init__.py"
        raise ZebraError(msg)
    module = importlib.util.module_from_spec(spec)
    sys.modules[qualified] = module
    execute = spec.loader.exec_module
    _imported(plugins, name, lambda: execute(module), origin)
    return name, module, origin


def _imported(plugins: Plugins, name: str, load: Callable[[], Any], origin: Origin) -> Any:
    try:
        with plugins.trace.step("import", name):
            return load()
    except (Exception, SystemExit) as error:
        msg = f"plugin {name!r} ({origin}) cannot be imported: {type(error).__name__}: {error}"
        raise PluginError(msg) from error
