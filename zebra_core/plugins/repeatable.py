"""Notice a component that gives two results for the same input, which breaks the promise of equal bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from zebra_core.errors import PluginError
from zebra_core.plugins.component import attributed_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SAMPLE = 8
"""The number of models or rows of a sample: few, so that calling a component twice more costs next to nothing."""


def check_repeatable(component: Callable[..., Any], *sample: Any) -> None:
    """Call a component twice on a sample. Raise PluginError, naming it, if the two results differ.

    A result is an array, or has one as `values`. A component that cannot do with the sample, which may be too small for it, is not judged.
    """
    with attributed_to(component), np.errstate(all="ignore"):
        try:
            first, second = (_numbers(component(*sample)) for _ in range(2))
        except Exception:  # noqa: BLE001  # the call that counts reports it
            return
        if first.shape != second.shape or not np.allclose(first, second, rtol=0, atol=1e-9, equal_nan=True):
            msg = (
                "it gave two results for the same input, so that no dataset could be built again byte for byte; draw with "
                "`candidates.draw()`, or from a fixed seed"
            )
            raise PluginError(msg)


def _numbers(result: Any) -> NDArray[np.float64]:
    return np.asarray(getattr(result, "values", result), dtype=np.float64)
