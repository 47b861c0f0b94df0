"""How draws spread the pairs over more models: fewer candidates, a temperature, and a limit to a pair's share."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import attrs
import numpy as np

from zebra_core.behavior import DECIMALS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_core.pairing.candidates import Candidates

PURPOSE = "max-share"
"""The purpose of the draws that decide which instructions a pair of models is open to."""
EVERY = np.uint64(2**64 - 1)
"""The limit of a pair of models that is open to every instruction."""


def _two_or_all(_: object, __: object, value: int) -> None:
    if value < 0 or value == 1:
        msg = f"'candidates' must be at least 2, or 0 for all: {value}"
        raise ValueError(msg)


def _not_negative(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not (math.isfinite(value) and value >= 0):
        msg = f"{field.name!r} must be a number of at least 0: {value}"
        raise ValueError(msg)


def _share(_: object, __: object, value: float) -> None:
    if not 0 < value <= 1:
        msg = f"'max_share' must be above 0 and at most 1: {value}"
        raise ValueError(msg)


@attrs.frozen
class Sampling:
    """What is drawn, with the run's seed; by default nothing is.

    Of the models that answered an instruction, `candidates` are drawn before pairing, 0 keeps all. With a `temperature`
    above 0 pairs are sampled: the pair of rank r (0 is the most desirable, and equally desirable ones share a rank) has
    a weight of exp(-r / temperature). No pair of models makes up more than `max_share` of the picks.
    """

    candidates: int = attrs.field(default=0, validator=_two_or_all)
    temperature: float = attrs.field(default=0.0, validator=_not_negative)
    max_share: float = attrs.field(default=1.0, validator=_share)

    def __bool__(self) -> bool:
        """Return whether anything is drawn."""
        return self != Sampling()

    def sampled(self, desirability: NDArray[np.float64], candidates: Candidates) -> NDArray[np.float64]:
        """Return numbers whose highest is a pair sampled with the temperature (n x pairs); -inf stays -inf.

        The highest few are a sample without replacement (the Gumbel-max trick: Kool, van Hoof, Welling 2019).
        """
        uniform = ((candidates.pair_bits("temperature") >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52
        noise = np.round(-np.log(-np.log(uniform)), DECIMALS)
        return np.where(desirability > -np.inf, self.temperature * noise - _ranks(desirability), -np.inf)


@attrs.frozen(eq=False)
class Shares:
    """Which instructions each pair of models is open to: those whose draw for the pair is below its limit.

    `keys` are those of `Candidates.pair_keys`, ascending, and `limits` 64-bit numbers; other pairs are open to all.
    """

    keys: NDArray[np.uint64]
    limits: NDArray[np.uint64]

    def open(self, candidates: Candidates) -> NDArray[np.bool_]:
        """Return which pairs are open to each instruction (n x pairs), numbered as by `np.triu_indices`."""
        keys = candidates.pair_keys()
        if not len(self.keys):
            return np.ones(keys.shape, bool)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        limits = np.where(self.keys[place] == keys, self.limits[place], EVERY)
        return candidates.pair_bits(PURPOSE) < limits


def _ranks(desirability: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the rank of each pair in its row, 0 is the highest; equal ones share a rank, and no rank is left out."""
    order = np.argsort(-desirability, axis=1, kind="stable")
    ordered = np.take_along_axis(desirability, order, axis=1)
    steps = np.zeros(order.shape, np.int64)
    np.cumsum(ordered[:, 1:] != ordered[:, :-1], axis=1, out=steps[:, 1:])
    ranks = np.empty_like(steps)
    np.put_along_axis(ranks, order, steps, axis=1)
    return ranks
