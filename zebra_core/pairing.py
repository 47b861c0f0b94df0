"""Which pairs an instruction gives: how much each is wanted, what masks it, and the pick."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

import attrs
import numpy as np

from zebra_core.behavior import DECIMALS, Behavior
from zebra_core.confidence import confidence
from zebra_core.errors import PluginError, ZebraError, blame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from zebra_core.candidates import Candidates

Scope = Literal["instruction", "global"]
FEW = 6
"""Up to so many candidates, looking at every pair costs less than finding the instructions with the same ones."""


class Strategy(Protocol):
    """A component that says how much each pair of models is wanted; -inf means never.

    It gets the behavior with the best model first and returns (models x models), symmetric. One that sets
    `per_instruction = True` gets the candidates of n instructions besides and returns (n x k x k), symmetric.
    It may name the rule that belongs to it, `default_rule`, and a strategy to be compared with, `rival`.
    """

    def __call__(self, behavior: Behavior, *candidates: Candidates) -> NDArray[np.float64]:
        """Return how much each pair is wanted."""


def _finite(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not math.isfinite(value):
        msg = f"{field.name!r} must be a finite number: {value}"
        raise ValueError(msg)


@attrs.frozen
class Masks:
    """What a pair must keep to, whatever the strategy: masked pairs are never picked, the next most wanted is.

    A pair needs MB-SIM of at least `threshold` (the papers' tau, ZEBRA 3.6) and a superiority gap of at least
    `min_gap`, and the better model must be the better one with a confidence of at least `min_confidence`. `pairs` is how many
    pairs an instruction may give.
    """

    threshold: float = attrs.field(default=0.1, validator=_finite)
    min_gap: float = attrs.field(default=0.0, validator=[_finite, attrs.validators.ge(0)])
    pairs: int = attrs.field(default=1, validator=attrs.validators.ge(1))
    min_confidence: float = attrs.field(
        default=0.0, validator=[_finite, attrs.validators.ge(0), attrs.validators.lt(1)]
    )

    def allow(self, behavior: Behavior) -> NDArray[np.bool_]:
        """Return which pairs may be picked (models x models)."""
        allowed = (behavior.similarity >= self.threshold) & (np.abs(behavior.gap) >= self.min_gap)
        if self.min_confidence:
            error = np.hypot(behavior.stderr[:, None], behavior.stderr[None, :])
            allowed &= confidence(np.abs(behavior.gap), error) >= self.min_confidence
        np.fill_diagonal(allowed, val=False)
        return allowed


@attrs.frozen(eq=False)
class Picks:
    """Pairs, by place: the instruction's among the candidates (`at`), and the two models' in its k columns.

    `none` lists the instructions that gave none.
    """

    at: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    none: NDArray[np.int64]

    def shared(self, other: Picks) -> int:
        """Return how many pairs of the same candidates are among the other's too."""
        k = 1 + max(int(p.second.max(initial=0)) for p in (self, other))
        mine, theirs = ((p.at * k + p.first) * k + p.second for p in (self, other))
        return int(np.isin(mine, theirs, assume_unique=True).sum())


@attrs.frozen(slots=False, eq=False)
class Pairing:
    """A strategy under its masks. `behavior` is ranked, so a lower number is a better model.

    `passing` (models x models) are the pairs that keep to the masks, and `allowed` those of them that may be picked:
    not a pair that the rule calls a tie, and in scope `global` nothing but the pairs of the whole pool.
    """

    behavior: Behavior
    strategy: Any
    masks: Masks
    passing: NDArray[np.bool_]
    allowed: NDArray[np.bool_]

    @classmethod
    def of(cls, behavior: Behavior, strategy: Any, masks: Masks, tied: NDArray[np.bool_]) -> Pairing:
        """Prepare the strategy for a ranked behavior; raises PluginError where its matrix is wrong."""
        passing = masks.allow(behavior)
        pairing = cls(behavior, strategy, masks, passing, passing & ~tied)
        if not pairing.per_instruction:
            _ = pairing.wanted
        return pairing

    @property
    def name(self) -> str:
        """What the strategy is called."""
        return str(getattr(self.strategy, "name", "of this run"))

    @property
    def per_instruction(self) -> bool:
        """Whether the strategy looks at each instruction."""
        return bool(getattr(self.strategy, "per_instruction", False))

    @cached_property
    def wanted(self) -> NDArray[np.float64]:
        """How much each pair is wanted (models x models), -inf where it may not be picked."""
        count = len(self.behavior.models)
        with blame(self.strategy):
            wanted = checked(self.strategy(self.behavior), (count, count), "strategy")
        return np.where(self.allowed, wanted, -np.inf)

    def within(self, models: Iterable[str]) -> Pairing:
        """Return the pairing of scope `global`: only the most wanted pairs among `models` are allowed any more."""
        if self.per_instruction:
            msg = "this strategy decides for each instruction by itself; --scope global needs one that does not, such as sup"
            raise ZebraError(msg)
        present = np.flatnonzero(np.isin(np.array(self.behavior.models), list(models)))
        only = np.zeros_like(self.allowed)
        if len(present) > 1:
            i, j = np.triu_indices(len(present), 1)
            best = _most_wanted(self.wanted[present[i], present[j]][None, :], self.masks.pairs)[0]
            i, j = present[i[best[best >= 0]]], present[j[best[best >= 0]]]
            only[i, j] = only[j, i] = True
        return attrs.evolve(self, allowed=self.allowed & only)

    def pick(self, found: Candidates, tied: NDArray[np.bool_] | None = None) -> Picks:
        """Pick the most wanted pairs of each instruction; `tied` (n x k x k) are ties of a rule that looks at each.

        Among pairs equally wanted the one with the better-ranked model comes first, then the one whose other model
        ranks better: the same on every machine, and whatever the order of the responses in a row.
        """
        i, j = np.triu_indices(found.models.shape[1], 1)
        best = self._best(found, None if tied is None else tied[:, i, j])
        at, nth = np.nonzero(best >= 0)
        pair = best[at, nth]
        return Picks(at, i[pair], j[pair], np.flatnonzero(best[:, 0] < 0))

    def masked(self, found: Candidates) -> int:
        """Return how many of the instructions have no pair at all that keeps to the masks."""
        i, j = np.triu_indices(found.models.shape[1], 1)
        return int((~self.passing[found.models[:, i], found.models[:, j]].any(axis=1)).sum())

    def _best(self, found: Candidates, tied: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """Return the most wanted pairs (n x pairs) of each instruction, in the order of `np.triu_indices`, -1 for none."""
        n, k = found.models.shape
        i, j = np.triu_indices(k, 1)
        if self.per_instruction:
            with blame(self.strategy):
                wanted = checked(self.strategy(self.behavior, found), (n, k, k), "strategy")[:, i, j]
            wanted = np.where(self.allowed[found.models[:, i], found.models[:, j]], wanted, -np.inf)
        elif tied is None and k > FEW:
            sets, which = _distinct(found.models)
            return _most_wanted(self.wanted[sets[:, i], sets[:, j]], self.masks.pairs)[which]
        else:
            wanted = self.wanted[found.models[:, i], found.models[:, j]]
        return _most_wanted(wanted if tied is None else np.where(tied, -np.inf, wanted), self.masks.pairs)


def checked(found: Any, shape: tuple[int, ...], what: str) -> NDArray[np.float64]:
    """Return a component's matrix rounded; PluginError for a wrong shape, NaN, +inf, or one that is not symmetric.

    A rule is held to be antisymmetric and finite instead.
    """
    matrix = np.asarray(found, dtype=np.float64)
    if matrix.shape != shape:
        msg = f"a {what} must return the shape {shape}, got {matrix.shape}"
        raise PluginError(msg)
    if np.isnan(matrix).any() or (matrix == np.inf).any():
        msg = f"a {what} must return numbers below infinity, got {matrix[np.isnan(matrix) | (matrix == np.inf)][0]}"
        raise PluginError(msg)
    mirrored = np.swapaxes(matrix, -1, -2)
    if not np.allclose(matrix, -mirrored if what == "rule" else mirrored, rtol=1e-9, atol=1e-9):
        word = "antisymmetric" if what == "rule" else "symmetric"
        msg = f"a {what} must be {word} in the two models, and its matrix is not"
        raise PluginError(msg)
    return np.round(matrix, DECIMALS)


def _most_wanted(wanted: NDArray[np.float64], pairs: int) -> NDArray[np.int64]:
    """Return the columns of the most wanted pairs (n x pairs), -1 where there is none left; the first wins a tie."""
    best = wanted.argmax(axis=1)[:, None] if pairs == 1 else np.argsort(-wanted, axis=1, kind="stable")[:, :pairs]
    return np.where(np.take_along_axis(wanted, best, axis=1) > -np.inf, best, -1)


def _distinct(models: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct rows, and which of them each row is."""
    rows = np.ascontiguousarray(models)
    _, first, which = np.unique(rows.view(f"V{rows.itemsize * rows.shape[1]}"), return_index=True, return_inverse=True)
    return rows[first], which.reshape(-1)
