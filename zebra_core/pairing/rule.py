"""Which response of a pair is chosen: Eq. 3 of KARMA, section 3.6 of ZEBRA."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import attrs
import numpy as np

from zebra_core.pairing.confidence import confidence, logistic
from zebra_core.pairing.strategy import Barred, Picks, checked, is_per_instruction
from zebra_core.plugins.component import BoundComponent, attributed_to
from zebra_core.plugins.protocols import HasSteepness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_core.behavior import Behavior
    from zebra_core.pairing.candidates import Candidates


class Rule(Protocol):
    """A component that says which of two models' responses is chosen.

    It receives the behavior, best model first, and returns (models x models), antisymmetric: above zero the row's
    response is chosen, zero is a tie. If it sets `per_instruction = True`, it also receives the candidates of n
    instructions and returns (n x k x k). If it has a `steepness`, the confidence of a pair follows from its value.
    """

    def __call__(self, behavior: Behavior, /, *candidates: Candidates) -> NDArray[np.float64]:
        """Return how strongly the row's response is preferred to the column's."""


@attrs.frozen(slots=False, eq=False)
class Preference:
    """A rule, applied to the models of a ranked behavior. A tie is a preference of exactly 0."""

    behavior: Behavior
    rule: Rule

    @property
    def per_instruction(self) -> bool:
        """Whether the rule looks at each instruction."""
        return is_per_instruction(self.rule)

    @cached_property
    def matrix(self) -> NDArray[np.float64]:
        """How strongly the row's response is preferred to the column's (models x models), antisymmetric."""
        count = len(self.behavior.models)
        with attributed_to(self.rule):
            return checked(self.rule(self.behavior), (count, count), "rule")

    def barred(self, least: float) -> Barred:
        """Return the pairs of models that tie, or are less certain than `least`; none if the rule looks at each instruction."""
        count = len(self.behavior.models)
        if self.per_instruction:
            none = np.zeros((count, count), bool)
            return Barred(none, none)
        return self._barred(self.matrix, np.arange(count)[None, :], least)

    def barred_of(self, candidates: Candidates, preferences: NDArray[np.float64] | None, least: float) -> Barred | None:
        """Return the same of the responses to each instruction (n x k x k); `preferences` come from `of_instructions`."""
        return None if preferences is None else self._barred(preferences, candidates.models, least)

    def _barred(self, preferences: NDArray[np.float64], models: NDArray[np.int64], least: float) -> Barred:
        """Return the pairs of `models` (n x k) that tie, or whose label would be less certain than `least`."""
        tied = preferences == 0
        if not least:
            return Barred(tied, np.zeros_like(tied))
        rows, columns = models[:, :, None], models[:, None, :]
        margin = np.sign(preferences) * self.behavior.gap[rows, columns].reshape(preferences.shape)
        error = self.behavior.gap_error(rows, columns).reshape(preferences.shape)
        return Barred(tied, self.confidence(np.abs(preferences), margin, error) < least)

    def of_instructions(self, candidates: Candidates) -> NDArray[np.float64] | None:
        """Return the preferences of a per-instruction rule (n x k x k); None for any other rule."""
        if not self.per_instruction:
            return None
        n, k = candidates.models.shape
        with attributed_to(self.rule):
            return checked(self.rule(self.behavior, candidates), (n, k, k), "rule")

    def of_picks(
        self, candidates: Candidates, picks: Picks, preferences: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        """Return for each picked pair how strongly its first response is preferred; `preferences` come from `of_instructions`."""
        if preferences is not None:
            return preferences[picks.at, picks.first, picks.second]
        first, second = candidates.models[picks.at, picks.first], candidates.models[picks.at, picks.second]
        return self.matrix[first, second]

    def confidence(
        self, strength: NDArray[np.float64], margin: NDArray[np.float64], stderr: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Return how certain labels are, from the rule's values or, if it does not say, from the gaps and their errors."""
        instance = self.rule.instance if isinstance(self.rule, BoundComponent) else self.rule
        if isinstance(instance, HasSteepness) and instance.steepness is not None:
            return logistic(instance.steepness * strength)
        return confidence(margin, stderr)
