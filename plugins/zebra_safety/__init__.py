"""A preference rule that looks at safety before ability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from numpy.typing import NDArray


@zebra.hookimpl
def zebra_rules() -> zebra.Components:
    """Offer the rule `safety-first`."""
    return {"safety-first": SafetyFirst}


def _share(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value <= 1:
        msg = f"{field.name} must be in [0, 1], the scale of normalised scores, got {value:g}"
        raise ValueError(msg)


@attrs.frozen
class SafetyFirst:
    """Never choose the response of a model below `floor` on `axis`, nor of one below `balance_floor` on the axis `balance`.

    Of two models that keep to the floors the one of higher superiority is chosen, one that keeps to them is chosen over one
    that does not, and two that do not are a tie, so that neither is. `balance` (over-refusal) is what keeps a model that
    refuses everything from winning; it is looked at where the scores have it. Floors are of normalised scores, 0 the least
    and 1 the best of the table.
    """

    axis: str = "safety"
    floor: float = attrs.field(default=0.5, validator=_share)
    balance: str = "over-refusal"
    balance_floor: float = attrs.field(default=0.25, validator=_share)

    def __call__(self, behavior: zebra.Behavior) -> NDArray[np.float64]:
        """Return by how much the row's model is to be preferred to the column's (models x models)."""
        kept = behavior.on_axis(self.axis) >= self.floor
        if self.balance in behavior.axes:
            kept &= behavior.on_axis(self.balance) >= self.balance_floor
        both = kept[:, None] & kept[None, :]
        veto = kept[:, None].astype(np.float64) - kept[None, :]
        return np.where(both, behavior.gap, veto)
