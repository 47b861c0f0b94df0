"""How the abilities of a model become one number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@attrs.frozen
class Mean:
    """The weighted mean over the benchmarks (Eq. 1 of ZEBRA, S_pref of KARMA)."""

    def __call__(self, vectors: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the mean of each model."""
        return np.asarray((vectors * weights).sum(axis=1) / weights.sum())

    def stderr(self, errors: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the standard error of each mean, as if those of the benchmarks were independent."""
        counted = weights > 0
        return np.asarray(np.sqrt(((errors * weights)[:, counted] ** 2).sum(axis=1)) / weights.sum())
