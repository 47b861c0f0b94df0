"""Options: declared once, on the attrs field, with default, type and help; everything else is derived from there."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import attrs
import cattrs
from cattrs.gen import mapping_structure_factory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

METADATA = "zebra"
"""The key of an option's metadata on its attrs field."""


@attrs.frozen
class OptionInfo:
    """What an option declares besides default, type and validators.

    `help` is one sentence. `flag` is a short form on the command line, such as `--lora`, and `metavar` its placeholder.
    `kind` is the kind of component that the value names. `requests` says that the flag also selects the component it
    belongs to. A `catch_all` field receives, as a dict, every option that no other field declares. `code` is a pattern: a
    value that matches it runs code, so a recipe that sets it needs the user's consent.
    """

    help: str = ""
    flag: str = ""
    metavar: str = ""
    kind: str = ""
    requests: bool = False
    catch_all: bool = False
    code: str = ""


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
    **field: Any,
) -> Any:
    """Declare an option of a component or of the recipe: `attrs.field` with help and, optionally, a command-line flag.

    `default`, `validator`, `converter` and `factory` are those of `attrs.field`; see `OptionInfo` for the others.
    """
    info = OptionInfo(help, flag, metavar, kind, requests, catch_all, code)
    values = field if "factory" in field else {"default": default, **field}
    return attrs.field(metadata={METADATA: info}, **values)


@attrs.frozen
class Option:
    """An option as the command line, `zebra plugins` and the docs show it."""

    name: str
    type: Any
    default: Any
    info: OptionInfo

    @property
    def choices(self) -> tuple[str, ...]:
        """The values of a Literal type; empty for any other type."""
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
        return get_origin(self.type) is tuple or self.type is tuple


@cache
def options_of(cls: type) -> dict[str, Option]:
    """Return the options of an attrs class by name, in the order of its fields; the catch-all field is left out."""
    hints = get_type_hints(cls)
    fields = [field for field in attrs.fields(cls) if field.init]
    options = [Option(field.name, hints.get(field.name, Any), _default(field), info_of(field)) for field in fields]
    return {option.name: option for option in options if not option.info.catch_all}


def catch_all_of(cls: type) -> str | None:
    """Return the name of the field that receives undeclared options, or None."""
    return next((field.name for field in attrs.fields(cls) if info_of(field).catch_all), None)


def info_of(field: attrs.Attribute[Any]) -> OptionInfo:
    """Return what an attrs field declares about its option."""
    info: OptionInfo = field.metadata.get(METADATA, OptionInfo())
    return info


def _default(field: attrs.Attribute[Any]) -> Any:
    default: Any = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # a class at run time, a function to the checker
        default = default.factory()
    return None if default is attrs.NOTHING else list(default) if isinstance(default, tuple) else default


def structure(values: Mapping[str, Any], cls: type) -> Any:
    """Return an instance of an attrs class made from plain values. Raise ValueError with one sentence per problem."""
    try:
        return converter.structure(dict(values), cls)
    except (cattrs.BaseValidationError, ValueError, TypeError) as error:
        raise ValueError("; ".join(reasons(error))) from error


def reasons(error: BaseException) -> list[str]:
    """Return what cattrs or a validator rejected, one plain sentence each."""
    if isinstance(error, cattrs.BaseValidationError):
        return [
            text.replace(" @ $.", ": ").removesuffix(" @ $")
            for text in cattrs.transform_error(error, format_exception=_plain)
        ]
    return [_plain(error, None)]


def _plain(error: BaseException, _: type | None) -> str:
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


def _strings(value: object, _: type) -> tuple[str, ...]:
    """Accept a single string as a list of one; every item must be a string."""
    items = [value] if isinstance(value, str) else _exactly(list)(value, list)
    return tuple(_exactly(str)(item, str) for item in items)


def _is_literal(kind: object) -> bool:
    return get_origin(kind) is Literal


def _one_of(value: object, kind: object) -> Any:
    if value not in get_args(kind):
        msg = f"expected {' or '.join(map(repr, get_args(kind)))}, got {value!r}"
        raise ValueError(msg)
    return value


def _is_table(kind: object) -> bool:
    return get_origin(kind) is dict


def _table_of(kind: Any) -> Callable[[Any, Any], Any]:
    """Return the function that structures a mapping; anything else is refused by name."""
    structure_items = mapping_structure_factory(kind, converter)

    def check(value: object, of: Any) -> Any:
        if not isinstance(value, dict):
            msg = f"expected a table, got {value!r}"
            raise TypeError(msg)
        return structure_items(value, of)

    return check


converter.register_structure_hook_factory(_is_table, _table_of)
converter.register_structure_hook_func(lambda kind: kind == tuple[str, ...], _strings)
converter.register_structure_hook_func(_is_literal, _one_of)
for _kind in (bool, int, float, str):
    converter.register_structure_hook(_kind, _exactly(_kind))
