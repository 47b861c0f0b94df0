"""The types of options: what a component receives, and what is refused."""

from __future__ import annotations

import dataclasses
import json
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import attrs
import pytest

import zebra_core as zebra
from zebra_core.plugins.component import Component


class Colour(Enum):
    """Two colours."""

    RED = "red"
    BLUE = "blue"


@attrs.frozen
class OfAttrs:
    """Options as fields of attrs."""

    needed: int
    path: Path = Path("a/b")
    either: str | int = "x"
    maybe: float | None = None
    colour: Colour = Colour.RED
    level: Literal["low", "high"] = "low"
    counts: list[int] = attrs.field(factory=list)
    pair: tuple[int, float] = (1, 2.0)
    names: tuple[str, ...] = ()
    paths: list[Path] = attrs.field(factory=list)

    def __call__(self) -> None:
        """Do nothing."""


@dataclasses.dataclass(frozen=True)
class OfDataclass:
    """The same options as fields of a dataclass."""

    needed: int
    path: Path = Path("a/b")
    either: str | int = "x"
    maybe: float | None = None
    colour: Colour = Colour.RED
    level: Literal["low", "high"] = "low"
    counts: list[int] = dataclasses.field(default_factory=list)
    pair: tuple[int, float] = (1, 2.0)
    names: tuple[str, ...] = ()
    paths: list[Path] = dataclasses.field(default_factory=list)

    def __call__(self) -> None:
        """Do nothing."""


CLASSES = pytest.mark.parametrize("cls", [OfAttrs, OfDataclass])


def bind(cls: type, **options: Any) -> Any:
    """Return the instance with these options."""
    return Component("figure", "mine", "toy", cls).bind({"needed": 1, **options}).instance


@CLASSES
@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("path", "c.txt", Path("c.txt")),
        ("either", 3, 3),
        ("either", "3", "3"),
        ("maybe", 2, 2.0),
        ("colour", "blue", Colour.BLUE),
        ("level", "high", "high"),
        ("counts", [1, 2], [1, 2]),
        ("pair", [3, 4], (3, 4.0)),
        ("names", "one", ("one",)),
        ("names", ["one", "two"], ("one", "two")),
        ("paths", ["a", "b"], [Path("a"), Path("b")]),
    ],
)
def test_values(cls: type, name: str, value: object, expected: object) -> None:
    """A plain value becomes one of the declared type."""
    result = getattr(bind(cls, **{name: value}), name)
    assert (result, type(result)) == (expected, type(expected))


@CLASSES
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("path", 3, "path: expected str, got 3"),
        ("either", 1.5, "either: expected str or int, got 1.5"),
        ("either", True, "either: expected str or int, got True"),
        ("maybe", "x", "maybe: expected float, got 'x'"),
        ("colour", "green", "colour: expected 'red' or 'blue', got 'green'"),
        ("level", "mid", "level: expected 'low' or 'high', got 'mid'"),
        ("counts", [1, "2"], "counts: item 2: expected int, got '2'"),
        ("counts", "12", "counts: expected a list, got '12'"),
        ("pair", [1], "pair: expected 2 values, got 1: [1]"),
        ("needed", "1", "needed: expected int, got '1'"),
    ],
)
def test_refused_values(cls: type, name: str, value: object, message: str) -> None:
    """A value of another type is an error that names the component, the option and what was expected."""
    with pytest.raises(zebra.ZebraError) as error:
        bind(cls, **{name: value})
    assert str(error.value) == f"figure 'mine' of plugin 'toy': {message}"


@CLASSES
def test_a_required_option(cls: type) -> None:
    """A required option that is not set is named, with what to do."""
    with pytest.raises(
        zebra.ZebraError, match=r"needed: a value is required, and none is set; add --set mine\.needed=VALUE"
    ):
        Component("figure", "mine", "toy", cls).bind()


@CLASSES
def test_an_unknown_option(cls: type) -> None:
    """An unknown option suggests the closest one."""
    with pytest.raises(
        zebra.ZebraError, match="there is no option 'level_' of figure 'mine' of plugin 'toy'; did you mean"
    ):
        bind(cls, level_=1)


@CLASSES
def test_plain_values(cls: type) -> None:
    """Defaults, and the options of a bound component, are plain values that JSON can hold."""
    component = Component("figure", "mine", "toy", cls)
    defaults = {name: option.default for name, option in component.options.items() if not option.required}
    options = component.bind({"needed": 1}).options
    assert json.loads(json.dumps({**options})) == {"needed": 1, **json.loads(json.dumps(defaults))}
    assert (defaults["path"], defaults["colour"]) == ("a/b", "red")
    assert [name for name, option in component.options.items() if option.required] == ["needed"]
