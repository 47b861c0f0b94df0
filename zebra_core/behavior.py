"""What the scores say of each model: its ability vector, its superiority, and how alike it is to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np

from zebra_core.errors import PluginError, ZebraError, blame, unknown
from zebra_core.normalise import normalised

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from zebra_core.normalise import Normalisation
    from zebra_core.scores import ScoreTable

DECIMALS = 12
"""Superiority and similarity are rounded to this, so that a tie is a tie on every machine and under every BLAS."""


class Similarity(Protocol):
    """A component that says how alike models are."""

    def __call__(self, vectors: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Return (models x models), symmetric, finite, higher is more alike, from (models x benchmarks) in [0, 1]."""


@attrs.frozen(eq=False)
class Behavior:
    """Model behavior knowledge, the MBK of ZEBRA section 3.2.

    `vectors` is (models x benchmarks) in [0, 1], 1 is best; `superiority` (models) in [0, 1] is MB-SUP, Eq. 1 of ZEBRA
    and S_pref, Eq. 2 of KARMA; `similarity` (models x models) is MB-SIM, in the range of the similarity chosen.
    `stderr` (models) is the standard error of the superiority, NaN where a score has none; `axes` and `weights` are those
    of the benchmarks.
    """

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    vectors: NDArray[np.float64]
    superiority: NDArray[np.float64]
    similarity: NDArray[np.float64]
    stderr: NDArray[np.float64] = attrs.field()
    axes: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()

    @stderr.default
    def _unknown(self) -> NDArray[np.float64]:
        return np.full(len(self.models), np.nan)

    def ranked(self) -> Behavior:
        """Return the same with the best model first; models of equal superiority stand in the order of their names."""
        return self.take(sorted(range(len(self.models)), key=lambda i: (-self.superiority[i], self.models[i])))

    def take(self, rows: list[int]) -> Behavior:
        """Return the behavior of the models at `rows`, in that order, with every figure as it is."""
        return Behavior(
            tuple(self.models[i] for i in rows),
            self.benchmarks,
            self.vectors[rows],
            self.superiority[rows],
            self.similarity[np.ix_(rows, rows)],
            self.stderr[rows],
            self.axes,
            self.weights,
        )

    @property
    def rank(self) -> NDArray[np.int64]:
        """The place of each model by superiority (models), 0 is best; equal superiority, equal place."""
        return np.unique(-self.superiority, return_inverse=True)[1].reshape(-1)

    @property
    def gap(self) -> NDArray[np.float64]:
        """How far the row's model is above the column's (models x models), antisymmetric, in [-1, 1]."""
        return np.round(self.superiority[:, None] - self.superiority[None, :], DECIMALS)

    def gap_error(self, better: NDArray[np.int64], worse: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the standard error of the superiority gap of pairs of models, NaN where it is unknown."""
        return np.asarray(np.hypot(self.stderr[better], self.stderr[worse]))

    def on_axis(self, axis: str) -> NDArray[np.float64]:
        """Return the mean ability on an axis (models) in [0, 1]; ZebraError where no benchmark is of that axis."""
        places = [k for k, name in enumerate(self.axes) if name == axis]
        if not places:
            what = "axis in the scores"
            raise unknown(what, axis, [name for name in self.axes if name])
        return np.asarray(self.vectors[:, places].mean(axis=1))

    def flips(self) -> NDArray[np.int64]:
        """Count for each pair of models (models x models) how many benchmarks turn its order round when left out."""
        weights = np.array(self.weights)
        count = np.zeros_like(self.gap, dtype=np.int64)
        for k in range(len(weights)):
            rest = np.delete(weights, k)
            if rest.sum() > 0:
                without = np.round(np.delete(self.vectors, k, axis=1) @ rest / rest.sum(), DECIMALS)
                count += np.sign(without[:, None] - without[None, :]) == -np.sign(self.gap)
        return np.where(self.gap == 0, 0, count)

    def as_dict(self) -> dict[str, Any]:
        """Return plain lists, for JSON."""
        return {
            "models": list(self.models),
            "benchmarks": list(self.benchmarks),
            "vectors": self.vectors.tolist(),
            "superiority": self.superiority.tolist(),
            "similarity": self.similarity.tolist(),
            "superiority_stderr": [None if np.isnan(error) else float(error) for error in self.stderr],
            "axes": list(self.axes),
            "weights": list(self.weights),
        }

    @classmethod
    def from_dict(cls, held: Mapping[str, Any]) -> Behavior:
        """Return what `as_dict` was made from."""
        vectors, superiority, similarity, stderr = (
            np.array(held[name], dtype=np.float64)
            for name in ("vectors", "superiority", "similarity", "superiority_stderr")
        )
        names, benchmarks = tuple(held["models"]), tuple(held["benchmarks"])
        axes, weights = tuple(held["axes"]), tuple(held["weights"])
        return cls(names, benchmarks, vectors, superiority, similarity, stderr, axes, weights)


def behavior_of(table: ScoreTable, similarity: Similarity, normalisation: Normalisation = "minmax") -> Behavior:
    """Derive the behavior of the models from a complete table.

    Raises ZebraError for a missing cell, for fewer than two models, and for a benchmark on which all models are equal.
    """
    if len(table.models) < 2 or not table.benchmarks:
        msg = f"behavior needs two models and one benchmark at the least, got {len(table.models)} and {len(table.benchmarks)}"
        raise ZebraError(msg)
    table = table.complete()
    vectors, errors = normalised(table, normalisation)
    weights = np.array([b.weight for b in table.benchmarks])
    if not weights.sum() > 0:
        msg = "every benchmark has weight 0; give one of them a weight above 0"
        raise ZebraError(msg)
    superiority = np.round((vectors * weights).sum(axis=1) / weights.sum(), DECIMALS)
    counted = weights > 0
    stderr = np.round(np.sqrt(((errors * weights)[:, counted] ** 2).sum(axis=1)) / weights.sum(), DECIMALS)
    with blame(similarity):
        alike = _checked(similarity(vectors.copy()), len(table.models))
    names, axes = tuple(b.name for b in table.benchmarks), tuple(b.axis for b in table.benchmarks)
    return Behavior(table.models, names, vectors, superiority, alike, stderr, axes, tuple(weights.tolist()))


def _checked(similarity: Any, models: int) -> NDArray[np.float64]:
    found = np.asarray(similarity, dtype=np.float64)
    if found.shape != (models, models):
        msg = f"a similarity must be of shape ({models}, {models}), one row and one column per model, got {found.shape}"
        raise PluginError(msg)
    if not np.isfinite(found).all():
        msg = f"a similarity must be finite, got {found[~np.isfinite(found)][0]} in {(~np.isfinite(found)).sum()} of {found.size} cells"
        raise PluginError(msg)
    found = np.round(found, DECIMALS)
    if not np.allclose(found, found.T, rtol=0, atol=1e-9):
        i, j = np.unravel_index(np.abs(found - found.T).argmax(), found.shape)
        msg = f"a similarity must be symmetric, got {found[i, j]:g} for one order of two models and {found[j, i]:g} for the other"
        raise PluginError(msg)
    return np.triu(found) + np.triu(found, 1).T
