"""The contract of schedules: which of the candidate pairs a policy learns from in a round, from how it did on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np

from zebra_core.base.arrays import read_only
from zebra_core.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


@attrs.frozen(eq=False, kw_only=True)
class CandidatePairs:
    """All pairs that the masks of a run allow, and how the policy does on each. The arrays are read-only.

    `instruction` (pairs) numbers the instruction of each pair, and `rank` (pairs) its place among the instruction's pairs by
    the run's strategy, 0 for the most desirable one. `margin`, `similarity` and `confidence` (pairs) are those of the dataset.
    `policy_margin` (pairs) is the implicit reward margin of the policy against the model that the first round started from,
    log(pi(chosen) / base(chosen)) - log(pi(rejected) / base(rejected)) (Rafailov et al. 2023, section 4): above 0 where the
    policy has moved towards the chosen response. It is 0 in the first round, and NaN for a pair that is too long.
    `round` counts from 1 to `rounds`.
    """

    instruction: NDArray[np.int64] = attrs.field(converter=read_only)
    rank: NDArray[np.int64] = attrs.field(converter=read_only)
    margin: NDArray[np.float64] = attrs.field(converter=read_only)
    similarity: NDArray[np.float64] = attrs.field(converter=read_only)
    confidence: NDArray[np.float64] = attrs.field(converter=read_only)
    policy_margin: NDArray[np.float64] = attrs.field(converter=read_only)
    round: int
    rounds: int

    def __len__(self) -> int:
        return len(self.rank)


@attrs.frozen(eq=False)
class Picked:
    """What a schedule makes of the candidates: how desirable each is in this round (pairs), -inf for never.

    The run takes the most desirable pairs of each instruction, as many as its recipe says. The values of `columns` (pairs)
    become columns of the round's dataset, for the trainer.
    """

    desirability: NDArray[np.float64]
    columns: Mapping[str, NDArray[Any]] = attrs.field(factory=dict)


class Schedule(Protocol):
    """A component that picks the pairs of each round of `zebra rounds`.

    Optional members: `training_options` and `sampling` (see `zebra_core.plugins.protocols`).
    """

    def __call__(self, candidates: CandidatePairs, /) -> Picked:
        """Return how desirable each candidate is. It must follow from the candidates alone."""


def checked_picks(picked: object, candidates: CandidatePairs) -> Picked:
    """Return what a schedule returned. Raise PluginError unless it has a desirability and values for each candidate."""
    if not isinstance(picked, Picked):
        msg = f"it must return zebra.Picked, got {type(picked).__name__}"
        raise PluginError(msg)
    desirability = np.asarray(picked.desirability)
    arrays = {"desirability": desirability, **{name: np.asarray(values) for name, values in picked.columns.items()}}
    for name, values in arrays.items():
        if values.shape != candidates.rank.shape:
            msg = f"{name} must have a value for each of the {len(candidates)} candidates, got the shape {values.shape}"
            raise PluginError(msg)
    if desirability.dtype.kind not in "fiu" or not (desirability < np.inf).all():
        msg = "the desirability must be numbers, -inf for a pair that is never picked, and neither NaN nor inf"
        raise PluginError(msg)
    return Picked(desirability.astype(np.float64), {name: arrays[name] for name in picked.columns})
