"""Checks of strategies and rules: from a behavior, and for some the candidates of instructions, to a matrix over models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from zebra_core.behavior import Behavior, is_pairwise
from zebra_core.errors import ZebraError
from zebra_core.plugins.protocols import HasBaseline, HasDefaultRule
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.data import draw_candidates, draw_vectors, make_behavior, writable
from zebra_core.testing.examples.results import fail_if_repeatable, result_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_core.pairing.candidates import Candidates
    from zebra_core.testing.subject import Subject

    Matrix = NDArray[np.float64]


def score(subject: Subject, behavior: Behavior, candidates: Candidates | None = None) -> Matrix:
    """Return what a strategy or a rule makes of a behavior, and of candidates if it looks at them."""
    rows = (candidates or draw_candidates(behavior, min(4, len(behavior.models))),)
    arguments = (behavior, *(rows if subject.bound.per_instruction else ()))
    return np.asarray(subject.call(*map(writable, arguments)), dtype=np.float64)


def _shape(subject: Subject, behavior: Behavior, candidates: Candidates | None = None) -> tuple[int, ...]:
    """Return the shape that a result must have."""
    if not subject.bound.per_instruction:
        return (len(behavior.models),) * 2
    rows, answers = (candidates or draw_candidates(behavior, min(4, len(behavior.models)))).models.shape
    return (rows, answers, answers)


def score_example(subject: Subject, behavior: Behavior | None = None, candidates: Candidates | None = None) -> Matrix:
    """Return a matrix without NaN. Raise CheckSkipped if there is none, which another check is for."""
    behavior = behavior or make_behavior(draw_vectors())
    try:
        matrix = score(subject, behavior, candidates)
    except (ZebraError, TypeError, ValueError):
        skip("it gives no matrix for the example; see works_on_an_example")
    if matrix.shape != _shape(subject, behavior, candidates) or np.isnan(matrix).any():
        skip("it gives no matrix for the example; see gives_one_value_per_pair and gives_valid_numbers")
    return matrix


def _fault(subject: Subject, matrix: Matrix) -> str:
    """Return what is wrong with the numbers of a matrix."""
    if np.isnan(matrix).any():
        return "its result has NaN"
    if (matrix == np.inf).any():
        return "its result has +inf"
    return (
        "its result has -inf, which means never only in a strategy"
        if subject.kind == "rule" and np.isinf(matrix).any()
        else ""
    )


def _check_on(subject: Subject, behavior: Behavior, what: str, candidates: Candidates | None = None) -> None:
    """Raise CheckFailed unless the result for this behavior is valid, as it is for the example."""
    if _fault(subject, score_example(subject)):
        skip("its numbers are not valid for the example; see gives_valid_numbers")
    try:
        matrix = score(subject, behavior, candidates)
    except Exception as error:  # noqa: BLE001  # whatever it raises
        fail(f"with {what} it raises an error: {error}")
    if matrix.shape != _shape(subject, behavior, candidates):
        fail(f"with {what} its result has the shape {matrix.shape}")
    if fault := _fault(subject, matrix):
        fail(f"with {what} {fault}")


def gives_one_value_per_pair(subject: Subject) -> None:
    """The result is (models x models), or with candidates (instructions x k x k)."""
    behavior = make_behavior(draw_vectors())
    result_of(subject)
    try:
        shape = score(subject, behavior).shape
    except (TypeError, ValueError) as error:
        fail(f"its result is not a matrix of numbers: {error}")
    if shape != _shape(subject, behavior):
        fail(f"its result has the shape {shape}, not {_shape(subject, behavior)}")


def gives_valid_numbers(subject: Subject) -> None:
    """No value is NaN or +inf; -inf, which means never, is for strategies only."""
    result_of(subject)
    try:
        matrix = score(subject, make_behavior(draw_vectors()))
    except (TypeError, ValueError):
        skip("its result is not a matrix of numbers; see gives_one_value_per_pair")
    if fault := _fault(subject, matrix):
        fail(fault)


def is_symmetric(subject: Subject) -> None:
    """A strategy wants a pair as much as the same pair in the other order; a rule turns its sign."""
    matrix = score_example(subject)
    mirrored = np.swapaxes(matrix, -1, -2) * (-1 if subject.kind == "rule" else 1)
    if not np.allclose(matrix, mirrored, rtol=1e-9, atol=1e-9):
        word = (
            "antisymmetric: if the row is preferred by x, the column must be by -x"
            if subject.kind == "rule"
            else "symmetric"
        )
        fail_if_repeatable(subject, f"its result is not {word}")


def allows_a_pair(subject: Subject) -> None:
    """Some pair of different models is not -inf, so that a dataset can have a pair."""
    matrix = score_example(subject)
    rows, columns = np.triu_indices(matrix.shape[-1], 1)
    if not np.isfinite(matrix[..., rows, columns]).any():
        fail("every pair is -inf, so that no dataset can be built with it")


def does_not_depend_on_the_order(subject: Subject) -> None:
    """Models that are equally good may come in any order: the values move with them."""
    vectors = draw_vectors(6, 3)
    vectors[1] = np.roll(vectors[0], 1)  # another profile with the same mean
    behavior = make_behavior(vectors)
    first = int(np.flatnonzero(np.diff(behavior.superiority) == 0)[0])
    order = list(range(6))
    order[first : first + 2] = order[first + 1], order[first]
    candidates = draw_candidates(behavior, 6, rows=3)
    moved = attrs.evolve(
        candidates,
        ratings=candidates.ratings[:, order],
        places=candidates.places[:, order],
        model_keys=candidates.model_keys[order],
    )
    matrix, after = score_example(subject, behavior, candidates), score_example(subject, behavior.take(order), moved)
    if not np.allclose(matrix[..., order, :][..., order], after, rtol=0, atol=1e-9):
        fail_if_repeatable(
            subject,
            "two models of equal superiority change their values with their order, which is that of their names",
        )


def looks_at_each_instruction_alone(subject: Subject) -> None:
    """What it returns for an instruction does not depend on the others in the batch, nor on their order."""
    if not subject.bound.per_instruction:
        skip("it does not look at instructions: it has no `per_instruction = True`")
    behavior = make_behavior(draw_vectors())
    candidates, some = draw_candidates(behavior), np.array([6, 1, 3])
    matrix, part = score_example(subject, behavior, candidates), score_example(subject, behavior, candidates[some])
    if not np.allclose(matrix[some], part, rtol=0, atol=1e-9):
        fail_if_repeatable(
            subject,
            "an instruction gets other values in another batch; a dataset then depends on how the pool is divided",
        )


def takes_two_models(subject: Subject) -> None:
    """It takes two models, and instructions that two models answered (k = 2)."""
    behavior = make_behavior(draw_vectors(2))
    _check_on(subject, behavior, "two models", draw_candidates(behavior, 2))
    _check_on(subject, make_behavior(draw_vectors()), "k = 2", draw_candidates(make_behavior(draw_vectors()), 2))


def takes_ties(subject: Subject) -> None:
    """It takes models that are equal on every benchmark, and equal ratings."""
    behavior = make_behavior(np.full((4, 6), 0.5))
    candidates = draw_candidates(behavior)
    _check_on(subject, behavior, "equal models", attrs.evolve(candidates, ratings=np.full((8, 4), 3.0)))


def takes_missing_ratings(subject: Subject) -> None:
    """If it looks at ratings, it takes NaN: a response without a rating."""
    if not subject.bound.per_instruction:
        skip("it does not look at ratings: it has no `per_instruction = True`")
    behavior = make_behavior(draw_vectors())
    candidates = draw_candidates(behavior)
    ratings = candidates.ratings.copy()
    ratings[0], ratings[1, 2:], ratings[2, 0] = np.nan, np.nan, np.nan
    _check_on(subject, behavior, "ratings that are NaN", attrs.evolve(candidates, ratings=ratings))


def is_pairwise_as_declared(subject: Subject) -> None:
    """If it is declared `pairwise`, the other models do not matter: not to a rule's value, nor to a strategy's order of pairs."""
    if not is_pairwise(subject.bound):
        skip("it is not declared `pairwise`")
    if subject.bound.per_instruction:
        skip("it looks at each instruction; see looks_at_each_instruction_alone")
    some = [0, 2, 3, 5]
    behavior = make_behavior(draw_vectors())
    whole = score_example(subject, behavior)[np.ix_(some, some)]
    part = score_example(subject, behavior.take(some))
    upper = np.triu_indices(len(some), 1)
    if subject.kind == "rule":
        same = np.array_equal(np.sign(whole), np.sign(part))
    else:
        one, other = (np.unique(np.round(m[upper], 9), return_inverse=True)[1] for m in (whole, part))
        same = np.array_equal(one, other)
    if not same:
        fail_if_repeatable(subject, "without the other models it decides otherwise; it must not be declared `pairwise`")


def names_components_that_exist(subject: Subject) -> None:
    """The rule in `default_rule` and the strategy in `baseline` are installed."""
    instance, plugins = subject.instance, subject.plugins
    if isinstance(instance, HasDefaultRule) and not plugins.has("rule", instance.default_rule):
        fail(f"its default_rule {instance.default_rule!r} is not installed")
    if isinstance(instance, HasBaseline) and not plugins.has("strategy", instance.baseline):
        fail(f"its baseline {instance.baseline!r} is not installed")


CHECKS = (
    *checks_in(
        gives_one_value_per_pair,
        gives_valid_numbers,
        is_symmetric,
        does_not_depend_on_the_order,
        looks_at_each_instruction_alone,
        takes_two_models,
        takes_ties,
        takes_missing_ratings,
        is_pairwise_as_declared,
        kinds=("strategy", "rule"),
    ),
    *checks_in(allows_a_pair, names_components_that_exist, kinds=("strategy",)),
)
