"""The look of every figure: one set of colours, text as text, and no background, so that a page may be light or dark."""

from __future__ import annotations

import io
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from zebra_core.base.markup import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INK = "#1a1a1b"
"""The colour of text and axes, which a page replaces by the colour of its own text."""
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
    """Return a context with a drawing of this size in inches, in the common style; after it, the drawing has its `svg`."""
    import matplotlib as mpl  # noqa: PLC0415  # an extra

    colours = dict.fromkeys(["text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"], INK)
    look = {"axes.spines.top": False, "axes.spines.right": False, "axes.facecolor": "none", "figure.facecolor": "none"}
    text = {"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": "zebra", "text.parse_math": False}
    with mpl.rc_context({**text, **colours, **look}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # the reader's fonts draw the text, not this machine's
        drawing = Drawing(width, height, panels, **more)
        yield drawing
        svg = io.StringIO()
        drawing.figure.savefig(
            svg, format="svg", transparent=True, bbox_inches="tight", pad_inches=0.12, metadata={"Date": None}
        )
        drawing.svg = svg.getvalue()


def short(name: str, most: int = 28) -> str:
    """Return a name that fits beside a figure; a leading underscore would hide it from the legend."""
    name = one_line(name)
    name = f" {name}" if name.startswith("_") else name
    return name if len(name) <= most else f"{name[: most - 3]}..."


def label(axes: Any, places: Any, names: Sequence[str], size: float) -> None:
    """Write a name next to each point without overlaps, with a line to the point if the name is some way off."""
    axes.figure.draw_without_rendering()
    names = [short(name, 40) for name in names]
    points = axes.transData.transform(places) * 72 / axes.figure.dpi
    obstacles = [(x - 3, y - 3, x + 3, y + 3) for x, y in points]
    for (x, y), place, name in zip(points, places, names, strict=True):
        width, height = 0.58 * size * len(name), 1.15 * size
        offsets = _offsets(width, height)
        boxes = [(x + dx, y + dy - height / 2, x + dx + width, y + dy + height / 2) for dx, dy in offsets]
        free = [k for k, box in enumerate(boxes) if not any(_overlap(box, other) for other in obstacles)]
        at = free[0] if free else 0
        obstacles.append(boxes[at])
        line = {"arrowstyle": "-", "color": GREY, "linewidth": 0.5} if abs(offsets[at][1]) > height else None
        style = {"fontsize": size, "va": "center", "arrowprops": line}
        axes.annotate(name, place, xytext=offsets[at], textcoords="offset points", **style)


def _offsets(width: float, height: float) -> list[tuple[float, float]]:
    """Return where a name may be written relative to its point, the closest places first."""
    heights = [sign * k * height * 0.6 for k in range(14) for sign in ((1,) if k == 0 else (1, -1))]
    return [(x if right else -x - width, y) for y in heights for x in (5, 16) for right in (True, False)]


def _overlap(box: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
