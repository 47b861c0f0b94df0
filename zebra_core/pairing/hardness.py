"""How hard a pair of models is to tell apart, from the scores alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def hardness(gap: NDArray[np.float64], similarity: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how hard pairs are, in [0, 1], from superiority gaps in [-1, 1] and MB-SIM, both of one shape.

    It is similarity x (1 - |gap|), a similarity below 0 being 0: 1 for two models that are equally good at the same
    things, 0 for two that have nothing in common, or of which one is the best and the other the worst on everything.
    """
    return np.asarray(np.clip(similarity, 0, 1) * (1 - np.abs(gap)))
