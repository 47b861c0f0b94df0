"""The order of the sections."""

from __future__ import annotations

import pytest

import zebra_core as zebra
from zebra_report.order import in_order


def figure(name: str, follows: object = None) -> zebra.Component:
    """Return a figure of the plugin `toy`; `x<y` in a test's table is figure x, which follows y."""

    def draw(dataset: zebra.Dataset) -> None:
        return None

    if follows is not None:
        draw.follows = follows  # type: ignore[attr-defined]
    return zebra.Component("figure", name, "toy", draw)


def order(text: str) -> list[str]:
    figures = [figure(*word.split("<")) for word in text.split()]
    return [component.name + ("!" if note else "") for component, note in in_order(figures)]


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ("a b c", "a b c"),
        ("a b x<a y<a", "a x y b"),
        ("y<x a b x<a", "a x y b"),
        ("a b x<", "x a b"),
        ("a b x<toy:a", "a x b"),
        ("x<z a b", "a b x!"),
        ("x<z y<x a", "a x! y"),
        ("x<x a", "a x!"),
        ("x<y y<x z<y a", "a x! y z"),
    ],
)
def test_order(figures: str, expected: str) -> None:
    """A figure is right after the one it follows, "" is the top, and what cannot be placed is at the end, with a note (!)."""
    assert order(figures) == expected.split()


def test_a_name_that_is_no_text() -> None:
    """A figure that follows a number is at the end."""
    ((first, _), (second, note)) = in_order([figure("x", 5), figure("a")])
    assert (first.name, second.name) == ("a", "x")
    assert note == "This section is at the end of the page: there is no figure 5 for it to follow."
