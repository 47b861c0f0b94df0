"""Which response of a pair is chosen: Eq. 3 of KARMA, section 3.6 of ZEBRA."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np

from zebra_core.errors import blame
from zebra_core.pairing import Picks, checked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_core.behavior import Behavior
    from zebra_core.candidates import Candidates


class Rule(Protocol):
    """A component that says which of two models' responses is chosen.

    It gets the behavior, best model first, and returns (models x models), antisymmetric: above zero the row's response
    is chosen, zero is a tie. One that sets `per_instruction = True` gets the candidates of n instructions besides and
    returns (n x k x k).
    """

    def __call__(self, behavior: Behavior, *candidates: Candidates) -> NDArray[np.float64]:
        """Return by how much the row's response is to be preferred to the column's."""


@attrs.frozen(slots=False, eq=False)
class Preference:
    """A rule, ready for the models of a ranked behavior."""

    behavior: Behavior
    rule: Any

    @property
    def per_instruction(self) -> bool:
        """Whether the rule looks at each instruction."""
        return bool(getattr(self.rule, "per_instruction", False))

    @cached_property
    def preferred(self) -> NDArray[np.float64]:
        """By how much the row's response is preferred to the column's (models x models), antisymmetric."""
        count = len(self.behavior.models)
        with blame(self.rule):
            return checked(self.rule(self.behavior), (count, count), "rule")

    @property
    def tied(self) -> NDArray[np.bool_]:
        """Which pairs of models the rule calls a tie (models x models); none if it looks at each instruction."""
        count = len(self.behavior.models)
        return np.zeros((count, count), bool) if self.per_instruction else self.preferred == 0

    def of(self, found: Candidates) -> NDArray[np.float64] | None:
        """Return what a rule that looks at each instruction says (n x k x k); None for one that does not."""
        if not self.per_instruction:
            return None
        n, k = found.models.shape
        with blame(self.rule):
            return checked(self.rule(self.behavior, found), (n, k, k), "rule")

    def first_is_chosen(self, found: Candidates, picks: Picks, said: NDArray[np.float64] | None) -> NDArray[np.bool_]:
        """Return for each picked pair whether its first response is chosen; `said` is what `of` returned."""
        if said is not None:
            return said[picks.at, picks.first, picks.second] > 0
        first, second = found.models[picks.at, picks.first], found.models[picks.at, picks.second]
        return self.preferred[first, second] > 0
