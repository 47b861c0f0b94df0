"""What the scores tell about each model: its ability vector, its superiority, and its similarity to the others."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import attrs
import numpy as np

from zebra_core import charts
from zebra_core.base.arrays import read_only
from zebra_core.errors import PluginError, ZebraError, unknown
from zebra_core.plugins.component import BoundComponent, attributed_to
from zebra_core.plugins.protocols import HasStandardError, Pairwise
from zebra_core.plugins.repeatable import SAMPLE, check_repeatable
from zebra_core.scores.normalise import TOLERANCE, normalise

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from zebra_core.scores.normalise import Normalisation
    from zebra_core.scores.table import ScoreTable

DECIMALS = 12
"""Superiority and similarity are rounded to this, so that a tie is a tie on every machine and with every BLAS."""
MATRIX = 500
"""The number of models up to which every pair of them has its cell in a matrix."""
BLOCK = 256
"""The number of models whose similarities are computed at once if there are more than `MATRIX`."""


class Similarity(Protocol):
    """A component that says how similar models are."""

    def __call__(self, vectors: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Return (models x models), symmetric, finite, higher is more similar, from (models x benchmarks) in [0, 1]."""


class Superiority(Protocol):
    """A component that says how good each model is, from its abilities; see also `HasStandardError`."""

    def __call__(self, vectors: NDArray[np.float64], weights: NDArray[np.float64], /) -> NDArray[np.float64]:
        """Return a number in [0, 1] for each model (models), 1 is best.

        `vectors` is (models x benchmarks) in [0, 1], `weights` (benchmarks), at least 0, of which one is above 0.
        """


def is_pairwise(call: object) -> bool:
    """Return whether a similarity, strategy or rule, bound or plain, can be asked about some of the models."""
    instance = call.instance if isinstance(call, BoundComponent) else call
    return isinstance(instance, Pairwise) and bool(instance.pairwise)


def _matrix_or_measure(similarity: Any) -> Any:
    return similarity if similarity is None or callable(similarity) else read_only(similarity)


@attrs.frozen(slots=False, eq=False, repr=False)
class Behavior:
    """Model behavior knowledge, the MBK of ZEBRA section 3.2. All arrays are read-only.

    `vectors` is (models x benchmarks) in [0, 1], 1 is best; `superiority` (models) in [0, 1] is MB-SUP, Eq. 1 of ZEBRA
    and S_pref, Eq. 2 of KARMA; `similarity` (models x models) is MB-SIM, in the range of the similarity in use.
    `stderr` (models) is the standard error of the superiority, NaN if a score has none; `axes` and `weights` are those
    of the benchmarks.

    For more than 500 models and a pairwise measure, the matrix is computed if it is asked for; `pair_similarity` and
    `take` do not ask for it. It is None if nothing says how similar the models are.
    """

    models: tuple[str, ...]
    benchmarks: tuple[str, ...]
    vectors: NDArray[np.float64] = attrs.field(converter=read_only)
    superiority: NDArray[np.float64] = attrs.field(converter=read_only)
    _similarity: NDArray[np.float64] | Similarity | None = attrs.field(converter=_matrix_or_measure)
    stderr: NDArray[np.float64] = attrs.field(converter=read_only)
    axes: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()

    @stderr.default
    def _unknown(self) -> NDArray[np.float64]:
        return np.full(len(self.models), np.nan)

    def __repr__(self) -> str:
        best = self.ranked().models[:3]
        more = ", ..." if len(self.models) > len(best) else ""
        return f"<Behavior of {len(self.models)} models on {len(self.benchmarks)} benchmarks, best first: {', '.join(best)}{more}>"

    def _repr_html_(self) -> str:
        return str(self.to_pandas().to_html(float_format="{:.3f}".format))

    def to_pandas(self) -> pd.DataFrame:
        """Return one row per model, best first: its ability on each benchmark, its superiority and its standard error."""
        import pandas as pd  # noqa: PLC0415  # slow to import

        ranked = self.ranked()
        columns = {name: ranked.vectors[:, k] for k, name in enumerate(ranked.benchmarks)}
        columns |= {"superiority": ranked.superiority, "stderr": ranked.stderr}
        return pd.DataFrame(columns, index=pd.Index(ranked.models, name="model"))

    def ranked(self) -> Behavior:
        """Return the same with the best model first; models of equal superiority are in the order of their names."""
        return self.take(sorted(range(len(self.models)), key=lambda i: (-self.superiority[i], self.models[i])))

    def take(self, rows: list[int]) -> Behavior:
        """Return the behavior of the models at `rows`, in that order, with every value unchanged."""
        return Behavior(
            tuple(self.models[i] for i in rows),
            self.benchmarks,
            self.vectors[rows],
            self.superiority[rows],
            self._similarity[np.ix_(rows, rows)] if isinstance(self._similarity, np.ndarray) else self._similarity,
            self.stderr[rows],
            self.axes,
            self.weights,
        )

    @property
    def on_demand(self) -> bool:
        """Whether similarities are computed when they are asked for, so that any subset of the models costs little."""
        return callable(self._similarity)

    @property
    def has_similarity(self) -> bool:
        """Whether it is known how similar the models are."""
        return self._similarity is not None

    @cached_property
    def similarity(self) -> NDArray[np.float64]:
        """MB-SIM (models x models). Raise ZebraError if it is unknown."""
        if self._similarity is None:
            msg = f"the similarity of {len(self.models):,} models is not stored; `zebra behavior --full` prints it"
            raise ZebraError(msg)
        if isinstance(self._similarity, np.ndarray):
            return self._similarity
        return np.asarray(read_only(_measured(self._similarity, self.vectors)))

    def pair_similarity(self, better: NDArray[np.int64], worse: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the similarity of pairs of models, NaN if unknown."""
        if not self.has_similarity:
            return np.full(len(better), np.nan)
        if not self.on_demand:
            return np.asarray(self.similarity[better, worse])
        values = np.empty(len(better))
        for start in range(0, len(better), BLOCK // 2):
            pairs = np.column_stack([better, worse])[start : start + BLOCK // 2]
            models, numbers = np.unique(pairs, return_inverse=True)
            first, second = numbers.reshape(-1, 2).T
            values[start : start + BLOCK // 2] = self.take(models.tolist()).similarity[first, second]
        return values

    @property
    def rank(self) -> NDArray[np.int64]:
        """The rank of each model by superiority (models), 0 is best; models of equal superiority share a rank."""
        return np.unique(-self.superiority, return_inverse=True)[1].reshape(-1)

    @property
    def gap(self) -> NDArray[np.float64]:
        """The superiority of the row's model above the column's (models x models), antisymmetric, in [-1, 1]."""
        return np.asarray(read_only(np.round(self.superiority[:, None] - self.superiority[None, :], DECIMALS)))

    def gap_error(self, better: NDArray[np.int64], worse: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the standard error of the superiority gap of pairs of models, NaN if unknown."""
        return np.asarray(np.hypot(self.stderr[better], self.stderr[worse]))

    def on_axis(self, axis: str) -> NDArray[np.float64]:
        """Return the mean ability on an axis (models) in [0, 1]. Raise ZebraError if no benchmark has that axis."""
        columns = [k for k, name in enumerate(self.axes) if name == axis]
        if not columns:
            what = "axis in the scores"
            raise unknown(what, axis, [name for name in self.axes if name])
        return np.asarray(self.vectors[:, columns].mean(axis=1))

    def flips(self) -> NDArray[np.int64]:
        """Count for each pair of models (models x models) how many benchmarks reverse its order when left out."""
        weights = np.array(self.weights)
        count = np.zeros_like(self.gap, dtype=np.int64)
        for k in range(len(weights)):
            rest = np.delete(weights, k)
            if rest.sum() > 0:
                without = np.round(np.delete(self.vectors, k, axis=1) @ rest / rest.sum(), DECIMALS)
                count += np.sign(without[:, None] - without[None, :]) == -np.sign(self.gap)
        return np.where(self.gap == 0, 0, count)

    def as_dict(self, *, full: bool = False) -> dict[str, Any]:
        """Return plain lists, for JSON; the similarity is None for more than 500 models, unless `full`."""
        return {
            "models": list(self.models),
            "benchmarks": list(self.benchmarks),
            "vectors": self.vectors.tolist(),
            "superiority": self.superiority.tolist(),
            "similarity": self.similarity.tolist() if full or len(self.models) <= MATRIX else None,
            "superiority_stderr": [None if np.isnan(error) else float(error) for error in self.stderr],
            "axes": list(self.axes),
            "weights": list(self.weights),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Behavior:
        """Return the behavior that `as_dict` was made from."""
        vectors, superiority, stderr = (
            np.array(values[name], dtype=np.float64) for name in ("vectors", "superiority", "superiority_stderr")
        )
        stored = values["similarity"]
        similarity = None if stored is None else np.array(stored, dtype=np.float64)
        names, benchmarks = tuple(values["models"]), tuple(values["benchmarks"])
        axes, weights = tuple(values["axes"]), tuple(values["weights"])
        return cls(names, benchmarks, vectors, superiority, similarity, stderr, axes, weights)

    @property
    def chart(self) -> dict[str, Any]:
        """A heat map of how similar the models are (ZEBRA, Figure 10), as a Vega-Lite specification."""
        description = f"How similar {len(self.models)} models are, each with each"
        return charts.heat_map(description, "similarity", self.models, self.models, self.similarity.tolist())

    def plot(self) -> Any:
        """Return the heat map as an `altair.Chart`. Raise MissingExtraError without the extra `report`."""
        return charts.as_altair(self.chart)


def compute_behavior(
    table: ScoreTable, similarity: Similarity, normalisation: Normalisation, superiority: Superiority
) -> Behavior:
    """Return the behavior of the models in a complete table.

    Raise ZebraError for fewer than two models, or a table that the normalisation refuses, and PluginError for a component
    that breaks its contract, or gives two results for the same input.
    """
    if len(table.models) < 2 or not table.benchmarks:
        msg = (
            f"behavior needs at least two models and one benchmark, got {len(table.models)} and {len(table.benchmarks)}; "
            "check what is left of the scores: zebra scores"
        )
        raise ZebraError(msg)
    vectors, errors = normalise(table, normalisation)
    weights = np.array([benchmark.weight for benchmark in table.benchmarks])
    if not weights.sum() > 0:
        msg = "every benchmark has weight 0; give at least one a weight above 0"
        raise ZebraError(msg)
    number, stderr = _superior(superiority, vectors, errors, weights)
    check_repeatable(similarity, read_only(vectors[:SAMPLE]))
    check_repeatable(superiority, read_only(vectors[:SAMPLE]), read_only(weights))
    on_demand = len(table.models) > MATRIX and is_pairwise(similarity)
    matrix = similarity if on_demand else _measured(similarity, vectors)
    names, axes = tuple(b.name for b in table.benchmarks), tuple(b.axis for b in table.benchmarks)
    return Behavior(table.models, names, vectors, number, matrix, stderr, axes, tuple(weights.tolist()))


def _superior(
    superiority: Superiority, vectors: NDArray[np.float64], errors: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the superiority of each model and its standard error (both models), rounded.

    Raise PluginError for another shape, or a superiority that is not in [0, 1].
    """
    instance: Any = superiority.instance if isinstance(superiority, BoundComponent) else superiority
    given = [read_only(array.copy()) for array in (vectors, errors, weights)]
    with attributed_to(superiority):
        values = np.asarray(instance(given[0], given[2]), dtype=np.float64)
        has_errors = isinstance(instance, HasStandardError)
        stderr = np.asarray(
            instance.stderr(given[1], given[2]) if has_errors else np.full(len(vectors), np.nan), np.float64
        )
        for what, array in (("superiority", values), ("standard error of a superiority", stderr)):
            if array.shape != (len(vectors),):
                msg = f"a {what} must be of shape ({len(vectors)},), one number per model, got {array.shape}"
                raise PluginError(msg)
        inside = (values >= -TOLERANCE) & (values <= 1 + TOLERANCE)
        if not inside.all():
            msg = f"a superiority must be in [0, 1], got {values[~inside][0]:g}"
            raise PluginError(msg)
    return np.round(values, DECIMALS), np.round(stderr, DECIMALS)


def _measured(similarity: Similarity, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the checked similarity of every two models."""
    with attributed_to(similarity):
        return _checked(similarity(read_only(vectors.copy())), len(vectors))


def _checked(similarity: object, models: int) -> NDArray[np.float64]:
    """Return a similarity rounded and exactly symmetric. Raise PluginError for a wrong shape, NaN, or asymmetry."""
    matrix = np.asarray(similarity, dtype=np.float64)
    if matrix.shape != (models, models):
        msg = (
            f"a similarity must be of shape ({models}, {models}), one row and one column per model, got {matrix.shape}"
        )
        raise PluginError(msg)
    finite = np.isfinite(matrix)
    if not finite.all():
        msg = f"a similarity must be finite, got {matrix[~finite][0]} in {(~finite).sum()} of {matrix.size} cells"
        raise PluginError(msg)
    matrix = np.round(matrix, DECIMALS)
    if not np.allclose(matrix, matrix.T, rtol=0, atol=1e-9):
        i, j = np.unravel_index(np.abs(matrix - matrix.T).argmax(), matrix.shape)
        msg = f"a similarity must be symmetric, got {matrix[i, j]:g} for one order of two models and {matrix[j, i]:g} for the other"
        raise PluginError(msg)
    return np.triu(matrix) + np.triu(matrix, 1).T
