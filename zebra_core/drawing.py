"""How every figure looks: one set of colours, text that stays text, no background, so that a page may be light or dark."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INK = "#1a1a1b"
"""The colour of text and axes, which a page turns into that of its text, light or dark."""
BLUE, ORANGE, GREY = "#3b7dc4", "#e07b39", "#8a929c"
CYCLE = ("#3b7dc4", "#e07b39", "#3f9b6b", "#b4508f", "#8d6cc9", "#c2a21f", "#4aa3a8", "#d0495a", "#7a7f87", "#9b6a45")


class Drawing:
    """A figure that becomes SVG text; `axes` are its panels."""

    def __init__(self, width: float, height: float, panels: tuple[int, int] = (1, 1), **more: Any) -> None:
        from matplotlib.figure import Figure  # noqa: PLC0415  # an extra

        self.figure = Figure(figsize=(width, height), layout="constrained")
        self.axes = self.figure.subplots(*panels, squeeze=False, **more).ravel()
        self.svg = ""


@contextmanager
def canvas(width: float, height: float, panels: tuple[int, int] = (1, 1), **more: Any) -> Iterator[Drawing]:
    """Give a drawing in the house's style, of this size in inches; its `svg` is there at the end."""
    import matplotlib as mpl  # noqa: PLC0415  # an extra

    colours = dict.fromkeys(["text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"], INK)
    look = {"axes.spines.top": False, "axes.spines.right": False, "axes.facecolor": "none", "figure.facecolor": "none"}
    with mpl.rc_context({"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "zebra", **colours, **look}):
        made = Drawing(width, height, panels, **more)
        yield made
        text = io.StringIO()
        made.figure.savefig(
            text, format="svg", transparent=True, bbox_inches="tight", pad_inches=0.12, metadata={"Date": None}
        )
        made.svg = text.getvalue()


def short(name: str, most: int = 28) -> str:
    """Return a name that fits beside a figure."""
    return name if len(name) <= most else f"{name[: most - 3]}..."


def label(axes: Any, places: Any, names: Sequence[str], size: float) -> None:
    """Write a name beside each point, where no other name is, with a line to the point where that is some way off."""
    axes.figure.draw_without_rendering()
    points = axes.transData.transform(places) * 72 / axes.figure.dpi
    taken = [(x - 3, y - 3, x + 3, y + 3) for x, y in points]
    for (x, y), at, name in zip(points, places, names, strict=True):
        wide, high = 0.58 * size * len(name), 1.15 * size
        spots = [
            (dx if right else -dx - wide, dy) for dy in _outwards(high) for dx in (5, 16) for right in (True, False)
        ]
        boxes = [((x + dx, y + dy - high / 2, x + dx + wide, y + dy + high / 2), dx, dy) for dx, dy in spots]
        box, dx, dy = next((found for found in boxes if not any(_meet(found[0], other) for other in taken)), boxes[0])
        taken.append(box)
        line = {"arrowstyle": "-", "color": GREY, "linewidth": 0.5} if abs(dy) > high else None
        axes.annotate(
            name, at, xytext=(dx, dy), textcoords="offset points", fontsize=size, va="center", arrowprops=line
        )


def _outwards(step: float) -> list[float]:
    return [sign * k * step * 0.6 for k in range(14) for sign in ((1,) if k == 0 else (1, -1))]


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
