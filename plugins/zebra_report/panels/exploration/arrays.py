"""The arrays of a panel's data: each one once, all in one block of compressed bytes."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

WIDTH = 8
"""Each array starts at a multiple of so many bytes, so that the page can read it in place."""


@attrs.define(eq=False)
class Arrays:
    """Arrays that are put together: `add` returns the number by which the page asks for one."""

    entries: list[tuple[str, int, int]] = attrs.field(factory=list)
    parts: list[bytes] = attrs.field(factory=list)
    numbers: dict[tuple[str, bytes], int] = attrs.field(factory=dict)
    size: int = 0

    def add(self, values: NDArray[Any]) -> int:
        """Add an array, flat, unless it is there already; whole numbers take as few bytes as they need."""
        flat = np.ascontiguousarray(values).ravel()
        kind = flat.dtype if flat.dtype.kind == "f" else _narrowest(flat)
        content = flat.astype(kind.newbyteorder("<")).tobytes()
        key = (kind.str[1:], content)
        if key not in self.numbers:
            self.numbers[key] = len(self.entries)
            self.entries.append((kind.str[1:], self.size, len(flat)))
            self.parts.append(content + bytes(-len(content) % WIDTH))
            self.size += len(self.parts[-1])
        return self.numbers[key]

    def packed(self) -> dict[str, object]:
        """Return the arrays as JSON: of each its type, its offset in bytes and its length, and the compressed bytes of all."""
        block = base64.b64encode(zlib.compress(b"".join(self.parts), 6)).decode()
        return {"entries": self.entries, "block": block}


def _narrowest(values: NDArray[Any]) -> np.dtype[Any]:
    """Return the narrowest type of whole numbers that has all values."""
    low, high = int(values.min(initial=0)), int(values.max(initial=0))
    return np.min_scalar_type(high if low == 0 else min(low, -1 - high))
