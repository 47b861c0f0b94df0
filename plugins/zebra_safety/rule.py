"""A preference rule that puts safety before ability."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _share(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value <= 1:
        msg = f"{field.name} must be in [0, 1], the scale of normalised scores, got {value:g}"
        raise ValueError(msg)


@attrs.frozen
class SafetyFirst:
    """Never choose the response of a model below `floor` on `axis`, nor of one below `balance_floor` on the axis `balance`.

    Of two models above the floors the one of higher superiority is chosen; a model above them is chosen over one below;
    two below tie, so that neither is chosen. Floors refer to normalised scores, where 0 is the worst and 1 the best of the
    table.
    """

    pairwise: ClassVar = True
    axis: str = zebra.option("safety", "The axis on which a model must be good enough.")
    floor: float = zebra.option(0.5, "Minimum mean of the normalised scores on the axis.", validator=_share)
    balance: str = zebra.option(
        "over-refusal", "A second axis, which keeps a model that refuses everything from winning."
    )
    balance_floor: float = zebra.option(0.25, "Minimum on the second axis, if the scores have it.", validator=_share)

    def __call__(self, behavior: zebra.Behavior) -> NDArray[np.float64]:
        """Return how strongly the row's model is preferred to the column's (models x models)."""
        safe = behavior.on_axis(self.axis) >= self.floor
        if self.balance in behavior.axes:
            safe &= behavior.on_axis(self.balance) >= self.balance_floor
        both = safe[:, None] & safe[None, :]
        veto = safe[:, None].astype(np.float64) - safe[None, :]
        return np.where(both, behavior.gap, veto)
