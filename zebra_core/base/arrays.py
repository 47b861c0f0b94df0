"""Arrays that plugins receive: read-only, so that no component can change what another one sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def read_only(values: ArrayLike) -> NDArray[Any]:
    """Return values as an array that cannot be written to; an array is not copied, and its owner may still write to it."""
    view = np.asarray(values).view()
    view.setflags(write=False)
    return view
