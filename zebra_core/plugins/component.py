"""A component: what a plugin offers under a name, its options, and who is to blame if it fails."""

from __future__ import annotations

import sys
import threading
import traceback
from contextlib import contextmanager
from inspect import getdoc
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from zebra_core.errors import ComponentError, Interrupted, PluginError, RowError, ZebraError, unknown
from zebra_core.plugins.options import Option, catch_all_of, has_fields, options_of, structure, unstructure
from zebra_core.plugins.protocols import CoversModels, DeclinesLocation, HasPresets, PerInstruction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

Item = TypeVar("Item")


@attrs.frozen
class Component:
    """A component before its options are set: a function, a class whose fields (of attrs or a dataclass) are options, or a plain class."""

    kind: str
    name: str
    plugin: str
    factory: Callable[..., Any]
    aliases: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} of plugin {self.plugin!r}"

    @property
    def address(self) -> str:
        """How options name the component without ambiguity, such as `pool.long`."""
        return f"{self.kind.replace(' ', '-')}.{self.name}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names under which a user may ask for it: its name and aliases, each with and without the plugin's name."""
        return tuple(text for name in (self.name, *self.aliases) for text in (name, f"{self.plugin}:{name}"))

    @property
    def options(self) -> dict[str, Option]:
        """The options by name; none for a plain function."""
        return options_of(self.factory) if isinstance(self.factory, type) and has_fields(self.factory) else {}

    @property
    def takes_any_option(self) -> bool:
        """Whether undeclared options are accepted too."""
        factory = self.factory
        return isinstance(factory, type) and has_fields(factory) and catch_all_of(factory) is not None

    @property
    def presets(self) -> dict[str, dict[str, Any]]:
        """The options that each value of the option `preset` stands for."""
        factory = self.factory
        return (
            {name: dict(values) for name, values in factory.presets.items()} if isinstance(factory, HasPresets) else {}
        )

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return (getdoc(self.factory) or "").partition("\n")[0]

    def bind(
        self, options: Mapping[str, Any] | None = None, recommended: Mapping[str, Any] | None = None
    ) -> BoundComponent:
        """Return the component with its options set.

        `options` take precedence over the preset they name, and the preset over `recommended`. Raise ZebraError for an
        unknown option or preset, or a value of the wrong type.
        """
        values = self._collect_rest({**(recommended or {}), **self._preset(options or {}), **(options or {})})
        with attributed_to(self):
            if not isinstance(self.factory, type):
                return BoundComponent(self, self.factory)
            if not has_fields(self.factory):
                return BoundComponent(self, self.factory())
            missing = next(
                (name for name, option in self.options.items() if option.required and name not in values), None
            )
            if missing is not None:
                msg = f"{missing}: a value is required, and none is set; add --set {self.name}.{missing}=VALUE"
                raise ZebraError(msg)
            try:
                return BoundComponent(self, structure(values, self.factory))
            except ValueError as error:
                raise ZebraError(str(error)) from error

    def _preset(self, options: Mapping[str, Any]) -> dict[str, Any]:
        name = options.get("preset")
        if not name or not isinstance(name, str) or not self.presets:
            return {}
        if name not in self.presets:
            what, where = "preset", f"of {self}"
            raise unknown(what, name, self.presets, where)
        return self.presets[name]

    def _collect_rest(self, options: dict[str, Any]) -> dict[str, Any]:
        """Collect undeclared options into the catch-all field, if the class has one."""
        declared = self.options
        rest = {name: value for name, value in options.items() if name not in declared}
        if not rest:
            return options
        if not self.takes_any_option:
            what, where = "option", f"of {self}"
            raise unknown(what, next(iter(rest)), declared, where)
        own = {name: value for name, value in options.items() if name in declared}
        return {**own, str(catch_all_of(self.factory)): rest}  # type: ignore[arg-type]


@attrs.frozen
class BoundComponent:
    """A component with its options set, ready to be called; errors inside the call are attributed to it."""

    component: Component
    instance: Any

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        """Call the component."""
        with attributed_to(self.component):
            return self.instance(*args, **keywords)

    @property
    def name(self) -> str:
        """The component's name."""
        return self.component.name

    @property
    def options(self) -> dict[str, Any]:
        """The options it was bound with, as plain values to record: without secrets; empty for a function."""
        values = unstructure(self.instance) if has_fields(type(self.instance)) else {}
        declared = self.component.options
        return {name: value for name, value in values.items() if name not in declared or not declared[name].info.secret}

    @property
    def per_instruction(self) -> bool:
        """Whether a strategy or rule looks at each instruction, not only at the models."""
        return isinstance(self.instance, PerInstruction) and bool(self.instance.per_instruction)

    def covers(self, models: Sequence[str]) -> bool:
        """Return whether a score source has an embedded table with scores of all these models."""
        with attributed_to(self.component):
            return isinstance(self.instance, CoversModels) and bool(self.instance.covers(models))

    def declines(self, location: str) -> str | None:
        """Return why a reader cannot read a location, None if it can, "" if it reads embedded data only.

        An error in the location itself is reported as it is, not attributed to the component.
        """
        if not isinstance(self.instance, DeclinesLocation):
            return ""
        with attributed_to(self.component, mistakes=False):
            return self.instance.declines(location)


@contextmanager
def attributed_to(component: object, *, mistakes: bool = True) -> Iterator[None]:
    """Attribute errors raised inside to a component, and send what it prints to the standard error.

    A PluginError names the component, and so does any exception other than a ZebraError, `sys.exit` included, which
    becomes a PluginError. A ZebraError (the user's mistake) becomes a ComponentError only if `mistakes`. `component` may be a Component, a
    BoundComponent, or a plain callable, to which nothing is attributed.
    """
    component = component.component if isinstance(component, BoundComponent) else component
    try:
        with _OUTPUT:
            yield
    except ZebraError as error:
        attributed = isinstance(error, ComponentError) and error.component is not None
        own = mistakes or isinstance(error, PluginError)
        if not isinstance(component, Component) or not own or attributed or isinstance(error, RowError | Interrupted):
            raise
        kind = PluginError if isinstance(error, PluginError) else ComponentError
        msg = f"{component}: {error}"
        raise kind(msg, component) from error
    except (Exception, SystemExit) as error:
        if not isinstance(component, Component):
            raise
        advice = "; what a plugin receives is read-only, so copy it first" if "read-only" in str(error) else ""
        reason = ": ".join(filter(None, (type(error).__name__, str(error))))
        msg = f"{component}: it failed with {reason} ({_where(component, error)}){advice}"
        raise PluginError(msg, component) from error


def call_on_data(component: object, *args: object) -> Any:
    """Call a component, bound or plain, on the user's data: a ZebraError is about the data, and is not attributed to it."""
    call: Any = component.instance if isinstance(component, BoundComponent) else component
    with attributed_to(component, mistakes=False):
        return call(*args)


def _where(component: Component, error: BaseException) -> str:
    """Return file and line of the last frame in the plugin's own code, or of the last frame if it has none there."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_home(component))]
    frame = (own or frames)[-1]
    return f"{Path(frame.filename).name}, line {frame.lineno}"


def _home(component: Component) -> Path:
    """Return the file that a component's plugin is in, or the folder if it is a package."""
    top = getattr(component.factory, "__module__", None) or type(component.factory).__module__
    file = Path(getattr(sys.modules.get(top.partition(".")[0]), "__file__", None) or __file__)
    return file.parent if file.name == "__init__.py" else file


def attributed_items(component: Component, produce: Callable[[], Iterable[Item]]) -> Iterator[Item]:
    """Yield what `produce` returns, attributing errors in producing it to a component."""
    with attributed_to(component):
        iterator = iter(produce())
    while True:
        with attributed_to(component):
            try:
                item = next(iterator)
            except StopIteration:
                return
        yield item


class _OutputToError:
    """Sends the standard output to the standard error while any thread runs a component; reentrant."""

    def __init__(self) -> None:
        self.lock, self.depth, self.output = threading.Lock(), 0, sys.stdout

    def __enter__(self) -> None:
        with self.lock:
            if self.depth == 0:
                self.output, sys.stdout = sys.stdout, sys.stderr
            self.depth += 1

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.depth -= 1
            if self.depth == 0:
                sys.stdout = self.output

    def __reduce__(self) -> str:
        return "_OUTPUT"


_OUTPUT = _OutputToError()
