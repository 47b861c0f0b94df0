"""Which pairs an instruction gives: the desirability of each pair, the masks, and the pick."""

from __future__ import annotations

import math
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

import attrs
import numpy as np

from zebra_core.behavior import DECIMALS, Behavior
from zebra_core.errors import PluginError
from zebra_core.pairing.sampling import Sampling, Shares
from zebra_core.plugins.component import BoundComponent, attributed_to
from zebra_core.plugins.protocols import PerInstruction
from zebra_core.plugins.repeatable import check_repeatable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from zebra_core.pairing.candidates import Candidates

Scope = Literal["instruction", "global"]
SHARED = "every pair of models that it could give has reached its share"
TIED = "every other pair is a tie or undesirable"
FEW = 6
"""Up to this many candidates, scoring every pair costs less than finding the instructions that share a candidate set."""


class Strategy(Protocol):
    """A component that says how desirable each pair of models is; -inf means never.

    It receives the behavior with the best model first and returns (models x models), symmetric. If it sets
    `per_instruction = True`, it also receives the candidates of n instructions and returns (n x k x k), symmetric.
    It may name its default rule, `default_rule`, and a strategy to be compared with, `baseline`.
    """

    def __call__(self, behavior: Behavior, /, *candidates: Candidates) -> NDArray[np.float64]:
        """Return the desirability of each pair."""


def _finite(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not math.isfinite(value):
        msg = f"{field.name!r} must be a finite number: {value}"
        raise ValueError(msg)


def _one_or_none(_: object, field: attrs.Attribute[float], value: float) -> None:
    if value != 0 and value < 1:
        msg = f"{field.name!r} must be at least 1, or 0 for no limit: {value}"
        raise ValueError(msg)


@attrs.frozen
class Masks:
    """What every pair must satisfy, whatever the strategy: a masked pair is never picked, the next most desirable one is.

    A pair needs MB-SIM of at least `threshold` (the papers' tau, ZEBRA 3.6) and a superiority gap of at least
    `min_gap`, and its `confidence`, which the rule says, must be at least `min_confidence`. The longer response may have at
    most `length_ratio` times the characters of the shorter one, 0 is no limit. `pairs` is the number of pairs that an
    instruction may give.
    """

    threshold: float = attrs.field(default=0.1, validator=_finite)
    min_gap: float = attrs.field(default=0.0, validator=[_finite, attrs.validators.ge(0)])
    pairs: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    min_confidence: float = attrs.field(
        default=0.0, validator=[_finite, attrs.validators.ge(0), attrs.validators.lt(1)]
    )
    length_ratio: float = attrs.field(default=0.0, validator=[_finite, _one_or_none])

    @property
    def conditions(self) -> str:
        """What every pair of models must satisfy, in words."""
        also = ", the minimum gap and the minimum confidence" if self.min_confidence else " and the minimum gap"
        return f"the threshold{also}"

    def like(self, candidates: Candidates) -> NDArray[np.bool_]:
        """Return which pairs of responses are of like length (n x pairs), numbered as by `np.triu_indices`."""
        i, j = np.triu_indices(candidates.models.shape[1], 1)
        first, second = candidates.lengths[:, i], candidates.lengths[:, j]
        return np.maximum(first, second) <= self.length_ratio * np.minimum(first, second)

    def allow(self, behavior: Behavior) -> NDArray[np.bool_]:
        """Return which pairs are similar enough and have enough of a gap (models x models)."""
        allowed = (behavior.similarity >= self.threshold) & (np.abs(behavior.gap) >= self.min_gap)
        np.fill_diagonal(allowed, val=False)
        return allowed


@attrs.frozen(eq=False)
class Barred:
    """The pairs that a rule bars: of models (models x models), or of the responses to n instructions (n x k x k).

    It prefers neither of two that are `tied`, and it is less certain of the `unsure` ones than the run demands.
    """

    tied: NDArray[np.bool_]
    unsure: NDArray[np.bool_]

    def __getitem__(self, chosen: NDArray[np.int64]) -> Barred:
        """Return what is barred of some of the instructions."""
        return Barred(self.tied[chosen], self.unsure[chosen])

    def of_pairs(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> Barred:
        """Return what is barred of the pairs of each instruction (n x pairs), by the columns of their two models."""
        return Barred(self.tied[:, first, second], self.unsure[:, first, second])

    @property
    def either(self) -> NDArray[np.bool_]:
        """The pairs that are tied or unsure."""
        return self.tied | self.unsure


@attrs.frozen(eq=False)
class Picks:
    """Picked pairs, by position: the instruction's among the candidates (`at`), and the two models' in its k columns.

    `none` lists the instructions that gave no pair.
    """

    at: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    none: NDArray[np.int64]

    def shared(self, other: Picks) -> int:
        """Return how many pairs are also among another strategy's picks for the same candidates."""
        k = 1 + max(int(picks.second.max(initial=0)) for picks in (self, other))
        own, others = ((picks.at * k + picks.first) * k + picks.second for picks in (self, other))
        return int(np.isin(own, others, assume_unique=True).sum())


@attrs.frozen(slots=False, eq=False)
class Pairing:
    """A strategy under its masks. `behavior` is ranked, so a lower number is a better model.

    `passing` (models x models) are the pairs that satisfy the masks, and `allowed` those of them that may be picked:
    not a pair that ties by the rule, and in scope `global` only the pairs of the whole pool. `shares` closes pairs
    of models to a part of the instructions.
    """

    behavior: Behavior
    strategy: Strategy
    masks: Masks
    passing: NDArray[np.bool_]
    allowed: NDArray[np.bool_]
    sampling: Sampling = attrs.field(factory=Sampling)
    shares: Shares | None = None

    @classmethod
    def prepare(
        cls,
        behavior: Behavior,
        strategy: Strategy,
        masks: Masks,
        barred: Barred,
        sampling: Sampling = Sampling(),  # noqa: B008  # it cannot be changed
    ) -> Pairing:
        """Return the pairing for a ranked behavior. Raise PluginError if the strategy's matrix is invalid."""
        passing = masks.allow(behavior) & ~barred.unsure
        pairing = cls(behavior, strategy, masks, passing, passing & ~barred.tied, sampling)
        if not pairing.per_instruction:
            _ = pairing.desirability
        return pairing

    @classmethod
    def deferred(cls, behavior: Behavior, strategy: Strategy, masks: Masks, sampling: Sampling) -> Pairing:
        """Return the pairing without matrices, which `over` prepares for some of the models."""
        none = np.zeros((0, 0), bool)
        return cls(behavior, strategy, masks, none, none, sampling)

    def over(self, behavior: Behavior, barred: Barred) -> Pairing:
        """Return the same strategy, masks and draws over some of the models, prepared."""
        pairing = Pairing.prepare(behavior, self.strategy, self.masks, barred, self.sampling)
        return pairing if self.shares is None else attrs.evolve(pairing, shares=self.shares)

    @property
    def name(self) -> str:
        """The name of the strategy."""
        return self.strategy.name if isinstance(self.strategy, BoundComponent) else "of this run"

    @property
    def per_instruction(self) -> bool:
        """Whether the strategy looks at each instruction."""
        return is_per_instruction(self.strategy)

    @cached_property
    def desirability(self) -> NDArray[np.float64]:
        """The desirability of each pair (models x models), -inf if it may not be picked."""
        count = len(self.behavior.models)
        with attributed_to(self.strategy):
            matrix = checked(self.strategy(self.behavior), (count, count), "strategy")
        return np.where(self.allowed, matrix, -np.inf)

    def restrict_to(self, models: Iterable[str]) -> Pairing:
        """Return the pairing of scope `global`: only the most desirable pairs among `models` remain allowed."""
        present = np.flatnonzero(np.isin(np.array(self.behavior.models), list(models)))
        only = np.zeros_like(self.allowed)
        if len(present) > 1:
            i, j = np.triu_indices(len(present), 1)
            best = most_desirable(self.desirability[present[i], present[j]][None, :], self.masks.pairs)[0]
            i, j = present[i[best[best >= 0]]], present[j[best[best >= 0]]]
            only[i, j] = only[j, i] = True
        return attrs.evolve(self, allowed=self.allowed & only)

    def pick(self, candidates: Candidates, barred: Barred | None = None) -> Picks:
        """Pick the most desirable pairs of each instruction; `barred` (n x k x k) is of a per-instruction rule.

        Among equally desirable pairs the one with the better-ranked model comes first, then the one whose other model
        ranks better: the same on every machine, and for any order of the responses in a row.
        """
        i, j = np.triu_indices(candidates.models.shape[1], 1)
        best = self._best(candidates, barred)
        at, nth = np.nonzero(best >= 0)
        pair = best[at, nth]
        return Picks(at, i[pair], j[pair], np.flatnonzero(best[:, 0] < 0))

    def without_pair(self, candidates: Candidates, barred: Barred | None) -> Counter[str]:
        """Count the instructions, none of which gives a pair, by the first reason that applies to all of their pairs."""
        i, j = np.triu_indices(candidates.models.shape[1], 1)
        passing = self.passing[candidates.models[:, i], candidates.models[:, j]]
        if barred is not None:
            passing &= ~barred.of_pairs(i, j).unsure
        masked = ~np.any(passing, axis=1)
        unlike, shared = np.zeros_like(masked), np.zeros_like(masked)
        if self.masks.length_ratio and len(candidates):
            unlike = ~masked & ~np.any(passing & self.masks.like(candidates), axis=1)
        if self.shares is not None and len(candidates):
            shared = np.any(self._sampled(candidates, barred) > -np.inf, axis=1)
        conditions = self.masks.conditions
        counts = {
            f"no pair satisfies {conditions}": int(masked.sum()),
            f"no pair within the length ratio satisfies {conditions}": int(unlike.sum()),
            SHARED: int(shared.sum()),
        }
        return +Counter({**counts, TIED: len(candidates) - sum(counts.values())})

    def values_of(self, candidates: Candidates, barred: Barred | None) -> NDArray[np.float64]:
        """Return how much each pair is wanted (n x pairs), numbered as by `np.triu_indices`; -inf if it may not be picked."""
        values = self._sampled(candidates, barred)
        return values if self.shares is None else np.where(self.shares.open(candidates), values, -np.inf)

    def _sampled(self, candidates: Candidates, barred: Barred | None) -> NDArray[np.float64]:
        """Return how much each pair is wanted (n x pairs), whatever its share."""
        i, j = np.triu_indices(candidates.models.shape[1], 1)
        values = self._desired(candidates)
        if barred is not None:
            values = np.where(barred.of_pairs(i, j).either, -np.inf, values)
        if self.masks.length_ratio:
            values = np.where(self.masks.like(candidates), values, -np.inf)
        return self.sampling.sampled(values, candidates) if self.sampling.temperature else values

    def _desired(self, candidates: Candidates) -> NDArray[np.float64]:
        """Return the desirability of each pair (n x pairs), -inf if its models may not be paired."""
        n, k = candidates.models.shape
        i, j = np.triu_indices(k, 1)
        models = candidates.models
        if not self.per_instruction:
            return self.desirability[models[:, i], models[:, j]]
        with attributed_to(self.strategy):
            matrix = checked(self.strategy(self.behavior, candidates), (n, k, k), "strategy")[:, i, j]
        return np.where(self.allowed[models[:, i], models[:, j]], matrix, -np.inf)

    def _best(self, candidates: Candidates, barred: Barred | None) -> NDArray[np.int64]:
        """Return the best pairs (n x pairs) of each instruction, numbered as by `np.triu_indices`, -1 for none."""
        k = candidates.models.shape[1]
        alone = self.per_instruction or barred is not None or self.masks.length_ratio
        if alone or self.sampling.temperature or self.shares is not None or k <= FEW:
            return most_desirable(self.values_of(candidates, barred), self.masks.pairs)
        i, j = np.triu_indices(k, 1)
        sets, which = _distinct(candidates.models)
        return most_desirable(self.desirability[sets[:, i], sets[:, j]], self.masks.pairs)[which]


def is_per_instruction(call: object) -> bool:
    """Return whether a strategy or rule, bound or plain, looks at each instruction."""
    instance = call.instance if isinstance(call, BoundComponent) else call
    return isinstance(instance, PerInstruction) and bool(instance.per_instruction)


def check_repeatable_over(component: Strategy, behavior: Behavior, candidates: Candidates) -> None:
    """Call a strategy or rule twice on some of the models. Raise PluginError, naming it, if the two results differ."""
    check_repeatable(component, behavior, *([candidates] if is_per_instruction(component) else []))


def checked(values: object, shape: tuple[int, ...], what: str) -> NDArray[np.float64]:
    """Return a component's matrix, rounded.

    Raise PluginError for a wrong shape, NaN, +inf, or a matrix that is not symmetric (antisymmetric for a rule).
    """
    try:
        matrix = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        msg = f"a {what} must return a matrix of numbers, got {type(values).__name__}: {error}"
        raise PluginError(msg) from error
    if matrix.shape != shape:
        msg = f"a {what} must return the shape {shape}, got {matrix.shape}"
        raise PluginError(msg)
    if np.isnan(matrix).any() or (matrix == np.inf).any():
        msg = f"a {what} must return numbers below infinity, got {matrix[np.isnan(matrix) | (matrix == np.inf)][0]}"
        raise PluginError(msg)
    mirrored = np.swapaxes(matrix, -1, -2)
    if not np.allclose(matrix, -mirrored if what == "rule" else mirrored, rtol=1e-9, atol=1e-9):
        word = "antisymmetric" if what == "rule" else "symmetric"
        msg = f"a {what} must be {word} in the two models, but its matrix is not"
        raise PluginError(msg)
    return np.round(matrix, DECIMALS)


def most_desirable(values: NDArray[np.float64], pairs: int) -> NDArray[np.int64]:
    """Return the columns of the highest values (n x pairs), -1 if none is left; the first column wins a tie."""
    best = values.argmax(axis=1)[:, None] if pairs == 1 else np.argsort(-values, axis=1, kind="stable")[:, :pairs]
    return np.where(np.take_along_axis(values, best, axis=1) > -np.inf, best, -1)


def _distinct(models: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct rows, and which of them each row equals."""
    rows = np.ascontiguousarray(models)
    _, first, which = np.unique(rows.view(f"V{rows.itemsize * rows.shape[1]}"), return_index=True, return_inverse=True)
    return rows[first], which.reshape(-1)
