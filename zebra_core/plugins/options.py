"""Options: declared once, on the field, with default, type and help; everything else is derived from there."""

from __future__ import annotations

import dataclasses
import re
from contextlib import suppress
from enum import Enum
from functools import cache
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs
import cattrs
from cattrs.gen import mapping_structure_factory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Field: TypeAlias = "attrs.Attribute[Any] | dataclasses.Field[Any]"
METADATA = "zebra"
"""The key of an option's metadata on its field."""


@attrs.frozen
class OptionInfo:
    """What an option declares besides default, type and validators.

    `help` is one sentence. `flag` is a short form on the command line, such as `--lora`, and `metavar` its placeholder.
    `kind` is the kind of component that the value names. `requests` says that the flag also selects the component it
    belongs to. A `catch_all` field receives, as a dict, every option that no other field declares. `code` is a pattern: a
    value that matches it runs code, or sends data to another machine, so a recipe that sets it needs the user's consent. A `secret` value is never recorded.
    The flag of a `final` option is for the last of several trainers only.
    """

    help: str = ""
    flag: str = ""
    metavar: str = ""
    kind: str = ""
    requests: bool = False
    catch_all: bool = False
    code: str = ""
    secret: bool = False
    final: bool = False


def option(  # noqa: PLR0913  # one for each property
    default: Any = attrs.NOTHING,
    help: str = "",  # noqa: A002  # what click calls it
    *,
    flag: str = "",
    metavar: str = "",
    kind: str = "",
    requests: bool = False,
    catch_all: bool = False,
    code: str = "",
    secret: bool = False,
    final: bool = False,
    **field: Any,
) -> Any:
    """Declare an option of a component or of the recipe: `attrs.field` with help and, optionally, a command-line flag.

    `default`, `validator`, `converter` and `factory` are those of `attrs.field`; see `OptionInfo` for the others.
    """
    info = OptionInfo(help, flag, metavar, kind, requests, catch_all, code, secret, final)
    values = field if "factory" in field else {"default": default, **field}
    return attrs.field(metadata={METADATA: info}, **values)


@attrs.frozen
class Option:
    """An option as the command line, `zebra plugins` and the docs show it; `required` says that it has no default."""

    name: str
    type: Any
    default: Any
    info: OptionInfo
    required: bool = False

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a Literal type or an enumeration; empty for any other type."""
        if isinstance(self.type, type) and issubclass(self.type, Enum):
            return tuple(str(member.value) for member in self.type)
        return tuple(map(str, get_args(self.type))) if get_origin(self.type) is Literal else ()

    @property
    def flag_name(self) -> str:
        """The flag without dashes, as a key: `task_data` for `--task-data`; empty if there is no flag."""
        return self.info.flag.removeprefix("--").replace("-", "_")

    def code_in(self, value: object) -> list[str]:
        """Return what runs code in a value of this option."""
        items = value if isinstance(value, list | tuple) else [value]
        texts = [str(item) for item in items if item is not None]
        return [text for text in texts if self.info.code and re.search(self.info.code, text)]

    @property
    def multiple(self) -> bool:
        """Whether the option is a list."""
        return (get_origin(self.type) or self.type) in (tuple, list)


def has_fields(cls: type) -> bool:
    """Return whether a class has options: it is of attrs, or a dataclass."""
    return attrs.has(cls) or dataclasses.is_dataclass(cls)


@cache
def options_of(cls: type) -> dict[str, Option]:
    """Return the options of a class by name, in the order of its fields; the catch-all field is left out."""
    hints = get_type_hints(cls)
    options = [
        Option(field.name, hints.get(field.name, Any), _default(field), info_of(field), _is_required(field))
        for field in _fields(cls)
    ]
    return {option.name: option for option in options if not option.info.catch_all}


def catch_all_of(cls: type) -> str | None:
    """Return the name of the field that receives undeclared options, or None."""
    return next((field.name for field in _fields(cls) if info_of(field).catch_all), None)


def info_of(field: Field) -> OptionInfo:
    """Return what a field declares about its option."""
    info: OptionInfo = field.metadata.get(METADATA, OptionInfo())
    return info


def _fields(cls: type) -> list[Field]:
    fields = attrs.fields(cls) if attrs.has(cls) else dataclasses.fields(cls)
    return [field for field in fields if field.init]


def _factory(field: Field) -> Callable[[], Any] | None:
    """Return what makes the default of a field, None if it is a value, or needs the instance."""
    if isinstance(field, dataclasses.Field):
        return None if field.default_factory is dataclasses.MISSING else field.default_factory
    default: Any = field.default
    factory = isinstance(default, attrs.Factory) and not default.takes_self  # type: ignore[arg-type]  # a class at run time
    return default.factory if factory else None


def _is_required(field: Field) -> bool:
    return (field.default is attrs.NOTHING or field.default is dataclasses.MISSING) and _factory(field) is None


def _default(field: Field) -> Any:
    """Return the default as a plain value, None if there is none, or if it depends on other options."""
    factory = _factory(field)
    default = factory() if factory else field.default
    if _is_required(field) or isinstance(default, attrs.Factory):  # type: ignore[arg-type]
        return None
    return list(default) if isinstance(default, tuple) else converter.unstructure(default)


def structure(values: Mapping[str, Any], cls: type) -> Any:
    """Return an instance of a class with fields made from plain values. Raise ValueError with one sentence per problem."""
    try:
        return converter.structure(dict(values), cls)
    except (cattrs.BaseValidationError, ValueError, TypeError) as error:
        raise ValueError("; ".join(reasons(error))) from error


def reasons(error: BaseException) -> list[str]:
    """Return what cattrs or a validator rejected, one plain sentence each."""
    if isinstance(error, cattrs.BaseValidationError):
        return [_named(text) for text in cattrs.transform_error(error, format_exception=_plain)]
    return [_plain(error, None)]


def _named(text: str) -> str:
    """Return a sentence of cattrs, `FACT @ $.NAME`, with the name first."""
    fact, _, name = text.rpartition(" @ $")
    return f"{name.removeprefix('.')}: {fact}" if name else fact


def unstructure(instance: Any) -> dict[str, Any]:
    """Return the fields of an instance as plain values, which JSON and TOML can hold."""
    values: dict[str, Any] = converter.unstructure(instance)
    return values


def _plain(error: BaseException, _: type | None) -> str:
    if isinstance(error, KeyError):
        return "a value is required, and none is set"
    return str(error.args[0]) if error.args else type(error).__name__


converter = cattrs.Converter(forbid_extra_keys=True)
"""Structures options and recipes strictly: a string is not accepted as a number, nor 0.5 as a count."""


def _exactly(kind: type) -> Callable[[Any, type], Any]:
    def check(value: object, _: type) -> Any:
        if isinstance(value, int) and kind is float and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            msg = f"expected {kind.__name__}, got {value!r}"
            raise TypeError(msg)
        return value

    return check


def _items(value: object, kind: Any) -> Any:
    """Structure each item of a list; a single string is accepted as a list of one, if the items may be strings."""
    item_types = get_args(kind) or (str, ...)
    of_strings = str in (item_types[0], *get_args(item_types[0])) or item_types[0] is Path
    items = [value] if isinstance(value, str) and of_strings else value
    if not isinstance(items, (list, tuple)):
        msg = f"expected a list, got {value!r}"
        raise TypeError(msg)
    container = get_origin(kind) or kind
    variable = container is list or item_types[-1] is Ellipsis
    types = [item_types[0]] * len(items) if variable else list(item_types)
    if len(types) != len(items):
        msg = f"expected {len(types)} values, got {len(items)}: {value!r}"
        raise ValueError(msg)
    return container(_item(at, *entry) for at, entry in enumerate(zip(items, types, strict=True), 1))


def _item(at: int, value: object, kind: Any) -> Any:
    try:
        return converter.structure(value, kind)
    except (cattrs.BaseValidationError, TypeError, ValueError) as error:
        msg = f"item {at}: {'; '.join(reasons(error))}"
        raise ValueError(msg) from error


def _one_of(value: object, kind: object) -> Any:
    if value not in get_args(kind):
        msg = f"expected {' or '.join(map(repr, get_args(kind)))}, got {value!r}"
        raise ValueError(msg)
    return value


def _table_of(kind: Any) -> Callable[[Any, Any], Any]:
    """Return the function that structures a mapping; anything else is refused by name."""
    structure_items = mapping_structure_factory(kind, converter)

    def check(value: object, of: Any) -> Any:
        if not isinstance(value, dict):
            msg = f"expected a table, got {value!r}"
            raise TypeError(msg)
        return structure_items(value, of)

    return check


def _any_of(value: object, kind: object) -> Any:
    """Structure a value as the first type of a union that it fits; its own type comes first."""
    if value is None and type(None) in get_args(kind):
        return None
    types = [choice for choice in get_args(kind) if choice is not type(None)]
    for choice in sorted(types, key=lambda choice: type(value) is not choice):
        with suppress(cattrs.BaseValidationError, TypeError, ValueError):
            return converter.structure(value, choice)
    if len(types) == 1:
        return converter.structure(value, types[0])
    msg = f"expected {' or '.join(getattr(choice, '__name__', str(choice)) for choice in types)}, got {value!r}"
    raise TypeError(msg)


def _member(value: object, kind: type[Enum]) -> Enum:
    """Return the member of an enumeration that has a value."""
    for member in kind:
        if value == member.value or value is member:
            return member
    msg = f"expected {' or '.join(repr(member.value) for member in kind)}, got {value!r}"
    raise ValueError(msg)


def _path(value: object, _: type) -> Path:
    return value if isinstance(value, Path) else Path(_exactly(str)(value, str))


def _has_origin(*origins: object) -> Callable[[object], bool]:
    return lambda kind: (get_origin(kind) or kind) in origins


converter.register_structure_hook_factory(_has_origin(dict), _table_of)
converter.register_structure_hook_func(_has_origin(tuple, list), _items)
converter.register_structure_hook_func(_has_origin(Literal), _one_of)
converter.register_structure_hook_func(_has_origin(Union, UnionType), _any_of)
converter.register_structure_hook_func(lambda kind: isinstance(kind, type) and issubclass(kind, Enum), _member)
converter.register_unstructure_hook_func(lambda kind: issubclass(kind, Path), str)
converter.register_structure_hook(Path, _path)
for _kind in (bool, int, float, str):
    converter.register_structure_hook(_kind, _exactly(_kind))
