"""Checks of similarities: from vectors (models x benchmarks) to a symmetric matrix (models x models)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from zebra_core.behavior import is_pairwise
from zebra_core.errors import ZebraError
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.data import draw_vectors
from zebra_core.testing.examples.results import fail_if_repeatable, result_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_core.testing.subject import Subject

MANY = 500


def measure(subject: Subject, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a similarity makes of a copy of the vectors."""
    return np.asarray(subject.call(vectors.copy()), dtype=np.float64)


def measure_example(subject: Subject, vectors: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
    """Return a finite matrix. Raise CheckSkipped if there is none, which another check is for."""
    vectors = draw_vectors() if vectors is None else vectors
    try:
        matrix = measure(subject, vectors)
    except (ZebraError, TypeError, ValueError):
        skip("it gives no matrix for the example; see works_on_an_example")
    if matrix.shape != (len(vectors), len(vectors)) or not np.isfinite(matrix).all():
        skip("it gives no finite matrix for the example; see gives_one_value_per_pair and is_finite")
    return matrix


def _check_on(subject: Subject, vectors: NDArray[np.float64], what: str) -> None:
    """Raise CheckFailed unless the result for these vectors has the right shape and is finite."""
    _ = measure_example(subject)
    try:
        matrix = measure(subject, vectors)
    except Exception as error:  # noqa: BLE001  # whatever it raises
        fail(f"with {what} it raises an error: {error}")
    if matrix.shape != (len(vectors), len(vectors)) or not np.isfinite(matrix).all():
        fail(f"with {what} its result is not a finite matrix of one row and one column per model")


def gives_one_value_per_pair(subject: Subject) -> None:
    """The result is a matrix of numbers with one row and one column per model."""
    vectors = draw_vectors()
    result_of(subject)
    try:
        shape = measure(subject, vectors).shape
    except (TypeError, ValueError) as error:
        fail(f"its result is not a matrix of numbers: {error}")
    if shape != (len(vectors), len(vectors)):
        fail(f"for {len(vectors)} models its result has the shape {shape}, not {(len(vectors), len(vectors))}")


def is_finite(subject: Subject) -> None:
    """No value is NaN or infinite."""
    result_of(subject)
    try:
        matrix = measure(subject, draw_vectors())
    except (TypeError, ValueError):
        skip("its result is not a matrix of numbers; see gives_one_value_per_pair")
    if not np.isfinite(matrix).all():
        fail(f"{int((~np.isfinite(matrix)).sum())} of {matrix.size} values are NaN or infinite")


def is_symmetric(subject: Subject) -> None:
    """Two models are as similar as the same two in the other order."""
    matrix = measure_example(subject)
    if not np.allclose(matrix, matrix.T, rtol=0, atol=1e-9):
        fail_if_repeatable(
            subject,
            f"two models have another similarity in the other order, by up to {np.abs(matrix - matrix.T).max():g}",
        )


def does_not_depend_on_the_order(subject: Subject) -> None:
    """If the models come in another order, so do the rows and columns, with the same values."""
    vectors = draw_vectors()
    order = np.random.default_rng(2).permutation(len(vectors))
    matrix, moved = measure_example(subject), measure_example(subject, vectors[order])
    if not np.allclose(matrix[np.ix_(order, order)], moved, rtol=0, atol=1e-9):
        fail_if_repeatable(subject, "with the models in another order their similarities are others")


def takes_any_number_of_models(subject: Subject) -> None:
    """It takes 1, 2 and 500 models."""
    for count in (1, 2, MANY):
        vectors = draw_vectors(count) if count > 1 else np.array([[0.2, 0.9, 0.5]])
        _check_on(subject, vectors, f"{count} model{'s' * (count > 1)}")


def takes_one_benchmark(subject: Subject) -> None:
    """It takes vectors of one benchmark."""
    _check_on(subject, 0.1 + 0.9 * draw_vectors(benchmarks=1), "one benchmark")


def takes_equal_models(subject: Subject) -> None:
    """It takes models with equal vectors, and vectors whose values are all equal."""
    vectors = draw_vectors()
    vectors[1] = vectors[0]
    vectors[2] = 0.5
    _check_on(subject, vectors, "equal models")
    _check_on(subject, np.full((3, 4), 0.5), "nothing but equal models")


def takes_zero_vectors(subject: Subject) -> None:
    """It takes a model that is the worst on every benchmark: its vector is zero."""
    vectors = draw_vectors()
    vectors[0] = 0.0
    _check_on(subject, vectors, "zero vectors")


def is_pairwise_as_declared(subject: Subject) -> None:
    """If it is declared `pairwise`, the similarity of two models does not depend on the others."""
    if not is_pairwise(subject.bound):
        skip("it is not declared `pairwise`")
    some = [0, 2, 5]
    matrix, part = measure_example(subject), measure_example(subject, draw_vectors()[some])
    if not np.allclose(matrix[np.ix_(some, some)], part, rtol=0, atol=1e-9):
        fail_if_repeatable(
            subject, "without the other models two models have another similarity; it must not be declared `pairwise`"
        )


CHECKS = checks_in(
    gives_one_value_per_pair,
    is_finite,
    is_symmetric,
    does_not_depend_on_the_order,
    takes_any_number_of_models,
    takes_one_benchmark,
    takes_equal_models,
    takes_zero_vectors,
    is_pairwise_as_declared,
    kinds=("similarity",),
)
