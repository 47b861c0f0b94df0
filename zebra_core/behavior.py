"""What the scores say of each model: its ability vector, its superiority, and how alike it is to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np

from zebra_core.errors import PluginError, ZebraError, blame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_core.scores import Benchmark, ScoreTable

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
    """

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    vectors: NDArray[np.float64]
    superiority: NDArray[np.float64]
    similarity: NDArray[np.float64]

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
        )

    @property
    def rank(self) -> NDArray[np.int64]:
        """The place of each model by superiority (models), 0 is best; equal superiority, equal place."""
        return np.unique(-self.superiority, return_inverse=True)[1].reshape(-1)

    @property
    def gap(self) -> NDArray[np.float64]:
        """How far the row's model is above the column's (models x models), antisymmetric, in [-1, 1]."""
        return np.round(self.superiority[:, None] - self.superiority[None, :], DECIMALS)

    def as_dict(self) -> dict[str, Any]:
        """Return plain lists, for JSON."""
        return {
            "models": list(self.models),
            "benchmarks": list(self.benchmarks),
            "vectors": self.vectors.tolist(),
            "superiority": self.superiority.tolist(),
            "similarity": self.similarity.tolist(),
        }


def behavior_of(table: ScoreTable, similarity: Similarity) -> Behavior:
    """Derive the behavior of the models from a complete table.

    Raises ZebraError for a missing cell, for fewer than two models, and for a benchmark on which all models are equal.
    """
    if len(table.models) < 2 or not table.benchmarks:
        msg = f"behavior needs two models and one benchmark at the least, got {len(table.models)} and {len(table.benchmarks)}"
        raise ZebraError(msg)
    table = table.complete()
    vectors = normalised(table)
    weights = np.array([b.weight for b in table.benchmarks])
    if not weights.sum() > 0:
        msg = "every benchmark has weight 0; give one of them a weight above 0"
        raise ZebraError(msg)
    superiority = np.round((vectors * weights).sum(axis=1) / weights.sum(), DECIMALS)
    with blame(similarity):
        alike = _checked(similarity(vectors.copy()), len(table.models))
    return Behavior(table.models, tuple(b.name for b in table.benchmarks), vectors, superiority, alike)


def normalised(table: ScoreTable) -> NDArray[np.float64]:
    """Return min-max normalised scores (models x benchmarks) in [0, 1], 1 is best; Eq. 2 of KARMA."""
    good = np.column_stack([goodness(table.values[:, k], b) for k, b in enumerate(table.benchmarks)])
    low, high = good.min(axis=0), good.max(axis=0)
    with np.errstate(over="ignore"):
        spread = high - low
    for k in np.flatnonzero(~(np.isfinite(spread) & (spread > 0))):
        msg = (
            f"all {len(table.models)} models have the same score on {table.benchmarks[k].name!r} ({table.values[0, k]:g}), "
            "so it tells nothing of them; remove the benchmark"
        )
        raise ZebraError(msg)
    vectors: NDArray[np.float64] = (good - low) / spread
    return vectors


def goodness(values: NDArray[np.float64], benchmark: Benchmark) -> NDArray[np.float64]:
    """Return `values` turned so that higher is better: as they are, negated, or minus the distance to the target."""
    if benchmark.direction == "higher":
        return values
    if benchmark.direction == "lower":
        return -values
    return -np.abs(values - float(benchmark.direction))


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
