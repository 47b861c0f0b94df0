"""Checks of schedules: from candidate pairs, and how a policy does on them, to how desirable each is in a round."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from zebra_core.errors import PluginError
from zebra_core.plugins.protocols import AnswersPrompts, SetsTraining
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.data import draw_candidate_pairs, writable
from zebra_core.testing.examples.results import fail_if_repeatable, result_of
from zebra_core.training.schedule import CandidatePairs, Picked, checked_picks

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_core.testing.subject import Subject

ROUNDS = 3


def picks_of(subject: Subject, candidates: CandidatePairs) -> Picked:
    """Return what a schedule picks of candidates. Raise CheckFailed if that is not valid."""
    try:
        return checked_picks(subject.call(writable(candidates)), candidates)
    except PluginError as error:
        return fail(f"in round {candidates.round} of {candidates.rounds}: {error}")


def example_picks(subject: Subject, candidates: CandidatePairs) -> Picked:
    """Return valid picks. Raise CheckSkipped if they are not, which another check is for."""
    result_of(subject)
    try:
        return checked_picks(subject.call(writable(candidates)), candidates)
    except PluginError:
        return skip("it gives no valid picks; see gives_a_value_per_pair")


def gives_a_value_per_pair(subject: Subject) -> None:
    """In every round it returns a zebra.Picked with a number for each pair, -inf for never, and columns of the same length."""
    result_of(subject)
    for number in range(1, ROUNDS + 1):
        picks_of(subject, draw_candidate_pairs(number))


def allows_a_pair_in_each_round(subject: Subject) -> None:
    """In every round some pair is not -inf, so that there is something to learn from."""
    for number in range(1, ROUNDS + 1):
        if not np.isfinite(example_picks(subject, draw_candidate_pairs(number)).desirability).any():
            fail(f"in round {number} of {ROUNDS} every pair is -inf, so that nothing is picked")


def follows_the_pairs(subject: Subject) -> None:
    """The values move with the pairs if these come in another order: a number is no reason."""
    candidates = draw_candidate_pairs(2)
    before = example_picks(subject, candidates)
    order = np.random.default_rng(1).permutation(len(candidates))
    after = example_picks(subject, _taken(candidates, order))
    if not np.array_equal(before.desirability[order], after.desirability):
        fail_if_repeatable(subject, "pairs have other values if they come in another order")


def takes_pairs_that_were_not_measured(subject: Subject) -> None:
    """It takes margins that are NaN, as of pairs that are too long for the policy, and margins that are all 0."""
    candidates = draw_candidate_pairs(2)
    example_picks(subject, candidates)
    margins = candidates.policy_margin.copy()
    margins[::3] = np.nan
    for changed in (margins, np.zeros(len(candidates)), np.full(len(candidates), np.nan)):
        try:
            picks_of(subject, attrs.evolve(candidates, policy_margin=changed))
        except (ValueError, IndexError, ArithmeticError) as error:
            fail(f"with margins that are {'NaN' if np.isnan(changed).any() else '0'} it raises an error: {error}")


def takes_no_pairs(subject: Subject) -> None:
    """It takes candidates without a pair."""
    candidates = draw_candidate_pairs(2)
    example_picks(subject, candidates)
    try:
        picks_of(subject, _taken(candidates, np.arange(0)))
    except (ValueError, IndexError, ArithmeticError) as error:
        fail(f"without a pair it raises an error: {error}")


def sets_plain_options(subject: Subject) -> None:
    """The options that it sets, of the trainer or of the generator, are values that a recipe can hold."""
    instance = subject.instance
    for protocol, name in ((SetsTraining, "training_options"), (AnswersPrompts, "sampling")):
        if isinstance(instance, protocol):
            try:
                json.dumps({str(key): value for key, value in getattr(instance, name).items()}, allow_nan=False)
            except (TypeError, ValueError, AttributeError) as error:
                fail(f"its {name} cannot be written down: {error}")


def _taken(candidates: CandidatePairs, order: NDArray[np.int64]) -> CandidatePairs:
    """Return some of the candidates, in an order."""
    values = {field.name: getattr(candidates, field.name) for field in attrs.fields(CandidatePairs)}
    arrays: dict[str, Any] = {name: value[order] for name, value in values.items() if isinstance(value, np.ndarray)}
    return attrs.evolve(candidates, **arrays)


CHECKS = checks_in(
    gives_a_value_per_pair,
    allows_a_pair_in_each_round,
    follows_the_pairs,
    takes_pairs_that_were_not_measured,
    takes_no_pairs,
    sets_plain_options,
    kinds=("schedule",),
)
