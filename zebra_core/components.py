"""A component: something a plugin offers by name, its options, and who is to blame when it fails."""

from __future__ import annotations

import traceback
from contextlib import AbstractContextManager, contextmanager
from inspect import getdoc
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import attrs
import cattrs

from zebra_core.errors import PluginError, RowError, ZebraError, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

REST = "rest"
"""The metadata of an attrs field that takes, as a dict, the options that no other field takes; the component checks them."""


@attrs.frozen
class Component:
    """What a plugin offers under a name: a function, an attrs class whose fields are its options, or a class without any."""

    kind: str
    name: str
    plugin: str
    factory: Callable[..., Any]
    aliases: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind} {self.name!r} of plugin {self.plugin!r}"

    @property
    def options(self) -> dict[str, attrs.Attribute[Any]]:
        """The options by name; none for a plain function."""
        return {name: field for name, field in self._fields.items() if not field.metadata.get(REST)}

    @property
    def presets(self) -> dict[str, dict[str, Any]]:
        """What each value of the option `preset` stands for: other options, by name."""
        return dict(getattr(self.factory, "presets", {}))

    @property
    def _fields(self) -> dict[str, attrs.Attribute[Any]]:
        if not (isinstance(self.factory, type) and attrs.has(self.factory)):
            return {}
        return {field.name: field for field in attrs.fields(self.factory) if field.init}

    @property
    def summary(self) -> str:
        """The first line of its docstring."""
        return (getdoc(self.factory) or "").partition("\n")[0]

    def made(self, options: Mapping[str, Any] | None = None, suited: Mapping[str, Any] | None = None) -> Made:
        """Make the component with these options, over those of the preset that they name, over what is `suited`.

        Raises ZebraError for an option that it has not, or of another type, and for a preset that it has not.
        """
        options = self._sorted({**(suited or {}), **self._preset(options or {}), **(options or {})})
        with self.blamed():
            if not isinstance(self.factory, type):
                return Made(self, self.factory)
            if not attrs.has(self.factory):
                return Made(self, self.factory())
            try:
                return Made(self, converter.structure(options, self.factory))
            except (cattrs.BaseValidationError, ValueError, TypeError) as wrong:
                msg = "; ".join(reasons(wrong))
                raise ZebraError(msg) from wrong

    def _preset(self, options: Mapping[str, Any]) -> dict[str, Any]:
        name = options.get("preset")
        if not name or not self.presets:
            return {}
        if name not in self.presets:
            what = f"preset of {self}"
            raise unknown(what, str(name), self.presets)
        return self.presets[name]

    def _sorted(self, options: dict[str, Any]) -> dict[str, Any]:
        """Put what is no option of its own into the field that takes the rest, where there is one."""
        known, rest = self.options, [n for n, field in self._fields.items() if field.metadata.get(REST)]
        others = {name: value for name, value in options.items() if name not in known}
        if others and not rest:
            what = f"option of {self}"
            raise unknown(what, next(iter(others)), known)
        held = {name: value for name, value in options.items() if name in known}
        return {**held, rest[0]: others} if others else held

    @contextmanager
    def blamed(self, *, mistakes: bool = True) -> Iterator[None]:
        """Put the component's kind, name and plugin into whatever goes wrong inside; a user's mistake only if `mistakes`."""
        try:
            yield
        except ZebraError as error:
            if not mistakes or isinstance(error, RowError) or getattr(error, "blamed", None):
                raise
            raise _blaming(PluginError if isinstance(error, PluginError) else ZebraError, self, str(error)) from error
        except Exception as error:
            where = traceback.extract_tb(error.__traceback__)[-1]
            text = f"it failed with {type(error).__name__}: {error} ({Path(where.filename).name}, line {where.lineno})"
            raise _blaming(PluginError, self, text) from error


@attrs.frozen
class Made:
    """A component with its options, ready to be called; a call inside is blamed on it."""

    component: Component
    call: Any

    def __call__(self, *args: Any) -> Any:
        """Call the component."""
        with self.component.blamed():
            return self.call(*args)

    def blamed(self) -> AbstractContextManager[None]:
        """Return the context in which what goes wrong is blamed on this component."""
        return self.component.blamed()

    def declines(self, location: str) -> Any:
        """Return why a source cannot read a location, None where it can, "" where it never reads any.

        What is wrong with the location itself is told as it is: the component is not to blame for it.
        """
        asked = self.says("declines")
        with self.component.blamed(mistakes=False):
            return "" if asked is None else asked(location)

    def says(self, name: str, default: Any = None) -> Any:
        """Return what the component declares about itself under `name`, such as `default_rule`."""
        return getattr(self.call, name, default)

    @property
    def name(self) -> str:
        """The component's name."""
        return self.component.name

    @property
    def per_instruction(self) -> bool:
        """Whether it looks at each instruction, not at the models alone."""
        return bool(self.says("per_instruction", default=False))


def _blaming(kind: type[ZebraError], component: Component, text: str) -> ZebraError:
    error = kind(f"{component}: {text}")
    error.blamed = component  # type: ignore[attr-defined]
    return error


def reasons(wrong: BaseException) -> list[str]:
    """Return what cattrs or a validator found wrong, one plain sentence each."""
    if isinstance(wrong, cattrs.BaseValidationError):
        return [
            text.replace(" @ $.", ": ").removesuffix(" @ $")
            for text in cattrs.transform_error(wrong, format_exception=_plain)
        ]
    return [_plain(wrong, None)]


def _plain(wrong: BaseException, _: type | None) -> str:
    return str(wrong.args[0]) if wrong.args else type(wrong).__name__


converter = cattrs.Converter(forbid_extra_keys=True)
"""Makes options and recipes from plain values, strictly: no text is taken for a number, no 0.5 for a count."""


def _exactly(kind: type) -> Callable[[Any, type], Any]:
    def check(value: Any, _: type) -> Any:
        if isinstance(value, int) and kind is float and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            msg = f"expected {kind.__name__}, got {value!r}"
            raise TypeError(msg)
        return value

    return check


def _texts(value: Any, _: type) -> tuple[str, ...]:
    """Take one text for a list of one, and hold the items of a list to be text."""
    return tuple(
        _exactly(str)(item, str) for item in ([value] if isinstance(value, str) else _exactly(list)(value, list))
    )


def _is_literal(kind: Any) -> bool:
    return get_origin(kind) is Literal


def _one_of(value: Any, kind: Any) -> Any:
    if value not in get_args(kind):
        msg = f"expected {' or '.join(map(repr, get_args(kind)))}, got {value!r}"
        raise ValueError(msg)
    return value


converter.register_structure_hook_func(lambda kind: kind == tuple[str, ...], _texts)
converter.register_structure_hook_func(_is_literal, _one_of)
for _kind in (bool, int, float, str):
    converter.register_structure_hook(_kind, _exactly(_kind))
