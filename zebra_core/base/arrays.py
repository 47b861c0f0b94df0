"""Arrays that plugins receive and return; those they receive are read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Matrix: TypeAlias = NDArray[np.float64]
"""An array of numbers, such as (models x benchmarks) or (models x models)."""


def read_only(values: ArrayLike) -> NDArray[Any]:
    """Return values as an array that cannot be written to; an array is not copied, and its owner may still write to it."""
    view = np.asarray(values).view()
    view.setflags(write=False)
    return view
