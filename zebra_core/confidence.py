"""How sure a label is, from the scores alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEEPNESS = 3.5
"""How fast confidence grows with the superiority gap where nothing is known of its error."""


def confidence(gap: NDArray[np.float64], stderr: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return how sure labels are, in (0, 1), from superiority gaps and their standard errors, of any one shape.

    Where the error is known it is the probability that the order is right, Phi(gap / stderr); else sigmoid(3.5 x gap), whose
    slope was measured against judges' labels of four pools: 3 to 4 was calibrated to within .025 to .076 (expected
    calibration error) on the larger ones. No label goes into either.
    """
    found = 1.0 / (1.0 + np.exp(-STEEPNESS * gap))
    if stderr is not None:
        known = np.isfinite(stderr) & (stderr > 0)
        found[known] = (1.0 + _erf(gap[known] / stderr[known] / np.sqrt(2)).astype(np.float64)) / 2
    return found


_erf = np.frompyfunc(math.erf, 1, 1)
