"""How similar two models are, from their ability vectors: cosine, pearson, euclidean, rbf."""

from __future__ import annotations

from typing import ClassVar

import attrs
import numpy as np

import zebra_core as zebra


@zebra.pairwise
def cosine(vectors: zebra.Matrix) -> zebra.Matrix:
    """Cosine of the angle between two vectors, in [0, 1]; the papers' MB-SIM (ZEBRA section 3.4).

    A zero vector (a model that is the worst on every benchmark) has similarity 0 to others and 1 to itself.
    """
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    return _self_similar(np.clip(unit @ unit.T, -1, 1))


@zebra.pairwise
def pearson(vectors: zebra.Matrix) -> zebra.Matrix:
    """Correlation of two vectors, in [-1, 1]: similar in shape, whatever the level; 0 if a vector is constant."""
    centred = vectors - vectors.mean(axis=1, keepdims=True)
    flat = np.abs(centred).max(axis=1) < 1e-12  # rounding leaves a trace of equal scores
    return cosine(np.where(flat[:, None], 0.0, centred))


@zebra.pairwise
def euclidean(vectors: zebra.Matrix) -> zebra.Matrix:
    """One over one plus the distance, 1 / (1 + d), in (0, 1]."""
    return 1 / (1 + np.sqrt(_squared_distances(vectors)))


@attrs.frozen
class Rbf:
    """Gaussian of the distance, exp(-gamma d^2), in (0, 1]; a larger `gamma` separates closer models."""

    pairwise: ClassVar = True
    gamma: float = zebra.option(
        1.0, "Decay with distance; a larger value separates close models more.", validator=attrs.validators.gt(0)
    )

    def __call__(self, vectors: zebra.Matrix) -> zebra.Matrix:
        """Return the similarity of every two models."""
        return np.exp(-self.gamma * _squared_distances(vectors))


def _squared_distances(vectors: zebra.Matrix) -> zebra.Matrix:
    squares = (vectors**2).sum(axis=1)
    return _zero_diagonal(np.maximum(squares[:, None] + squares[None, :] - 2 * vectors @ vectors.T, 0))


def _zero_diagonal(matrix: zebra.Matrix) -> zebra.Matrix:
    np.fill_diagonal(matrix, 0)
    return matrix


def _self_similar(matrix: zebra.Matrix) -> zebra.Matrix:
    np.fill_diagonal(matrix, 1)
    return matrix
