"""The order of the sections of a report: each figure after the one that it follows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_core.plugins.protocols import Follows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import zebra_core as zebra


def in_order(figures: Sequence[zebra.Component]) -> list[tuple[zebra.Component, str]]:
    """Return the figures in the order of the page, each with a note if it cannot be where it says, else "".

    Figures that follow the same one keep their order. One that follows a figure that does not exist, or itself by way of
    others, is at the end.
    """
    stated = {place: _followed(figure.factory) for place, figure in enumerate(figures)}
    names = {place: name for place, name in stated.items() if name is not None}
    targets = {place: _target(name, figures) for place, name in names.items()}
    order: dict[int, str] = {}

    def put(places: Iterable[int], reason: str = "") -> None:
        for place in places:
            if place not in order:
                order[place] = (
                    f"This section is at the end of the page: {reason.format(names[place])}" if reason else ""
                )
                put(follower for follower, target in targets.items() if target == place)

    put(place for place, name in names.items() if name == "")
    put(place for place in range(len(figures)) if place not in names)
    put((place for place, target in targets.items() if target is None), "there is no figure {!r} for it to follow.")
    put(targets, "it and the figure {!r} follow each other.")
    return [(figures[place], note) for place, note in order.items()]


def _target(name: object, figures: Sequence[zebra.Component]) -> int | None:
    """Return the place of the first figure of a name, None if there is none."""
    return next((place for place, figure in enumerate(figures) if name in figure.names), None)


def _followed(factory: object) -> object:
    """Return the name of the figure that a figure follows, None if it does not say."""
    return factory.follows if isinstance(factory, Follows) else None
