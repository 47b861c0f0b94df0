"""The public API as plain values: every name with its signature, every hook, every optional member of a component."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

import zebra_core as zebra
from zebra_core import hookspecs
from zebra_core.plugins import protocols
from zebra_core.pool.filters import PreparesFilter
from zebra_core.pool.generator import OffersModels
from zebra_core.pool.pool import ConvertsBatches, MakesPool
from zebra_core.recipe.resolve import UsesComponents
from zebra_core.recipe.unscored import MeasuresModels

if TYPE_CHECKING:
    from collections.abc import Iterator

HOOKS = sorted(name for name in dir(hookspecs) if name.startswith("zebra_"))
"""Every hook."""
OPTIONAL = sorted(
    {kind for kind in vars(protocols).values() if getattr(kind, "_is_protocol", False) and kind is not Protocol}
    | {ConvertsBatches, MakesPool, MeasuresModels, OffersModels, PreparesFilter, UsesComponents},
    key=lambda kind: kind.__name__,
)
"""The protocols of optional members."""


def release() -> str:
    """Return the minor version in development, such as 0.1."""
    return ".".join(version("zebra-preference").split(".")[:2])


def signature(call: Any) -> str:
    """Return the parameters of a function or method with their types, `...` for a default, and the type of the result."""
    described = inspect.signature(call)
    parameters = [
        each if each.default is each.empty else each.replace(default=...) for each in described.parameters.values()
    ]
    text = str(described.replace(parameters=[each for each in parameters if each.name != "self"]))
    return text.replace("'", "").replace("Ellipsis", "...")


def arguments(call: Any) -> str:
    """Return the names of the parameters as they are called, such as `(stage, result)`."""
    return f"({', '.join(name for name in inspect.signature(call).parameters if name != 'self')})"


def optional_members() -> dict[str, str]:
    """Return how the hook reference names each optional member: a method with its arguments, or an attribute."""
    members = {}
    for protocol in OPTIONAL:
        methods = {name: call for name, call in vars(protocol).items() if inspect.isfunction(call) and name[0] != "_"}
        members |= {name: f"{name}{arguments(call)}" for name, call in methods.items()}
        members |= {name: name for name in inspect.get_annotations(protocol)}
    return members


def described(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield a public object and its public members, each with its signature; `value` stands for any other object."""
    own = str(getattr(value, "__module__", "")).startswith("zebra")
    if isinstance(value, ModuleType):
        for key, member in vars(value).items():
            if key[0] != "_" and getattr(member, "__module__", None) == value.__name__:
                yield from described(f"{name}.{key}", member)
    elif isinstance(value, type) and own:
        yield name, "protocol" if getattr(value, "_is_protocol", False) else signature(value)
        yield from members_of(name, value)
    else:
        yield name, signature(value) if own and callable(value) else "value"


def members_of(name: str, kind: type) -> Iterator[tuple[str, str]]:
    """Yield the public methods and other attributes of a class that ZEBRA defines, inherited ones included."""
    for key in sorted({key for base in kind.__mro__ if base.__module__.startswith("zebra") for key in vars(base)}):
        member = inspect.getattr_static(kind, key)
        call = getattr(member, "__func__", member)
        if key[0] == "_" and key != "__call__":
            continue
        yield f"{name}.{key}", signature(call) if inspect.isfunction(call) else "attribute"


def public_api(before: dict[str, Any]) -> dict[str, Any]:
    """Return the whole API. A hook that is also in the API `before` keeps its version; a new one is of this release."""
    names = {}
    for name in sorted(zebra.__all__):
        names |= dict(described(name, getattr(zebra, name)))
    hooks = {
        name: {
            "signature": signature(getattr(hookspecs, name)),
            "since": before.get("hooks", {}).get(name, {}).get("since", release()),
        }
        for name in HOOKS
    }
    members = {key: text for protocol in OPTIONAL for key, text in members_of(protocol.__name__, protocol)}
    members |= {
        f"{protocol.__name__}.{key}": str(kind)
        for protocol in OPTIONAL
        for key, kind in inspect.get_annotations(protocol).items()
    }
    return {
        "API_VERSION": zebra.API_VERSION,
        "hooks": hooks,
        "optional members": dict(sorted(members.items())),
        "names": names,
    }
