"""Checks of what is made of scores: imputations, normalisations, superiorities, checks of scores and resolvers of names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from zebra_core.errors import ZebraError
from zebra_core.scores.imputation import complete
from zebra_core.scores.normalise import normalise, oriented
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.data import draw_table, draw_vectors
from zebra_core.testing.examples.results import fail_if_repeatable, result_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_core.scores.table import ScoreTable
    from zebra_core.testing.subject import Subject

ROUNDING = 1e-9


def _completed(subject: Subject) -> ScoreTable:
    """Return what an imputation makes of the example. Raise CheckSkipped if it refuses it, or breaks the contract."""
    try:
        return complete(draw_table(gaps=True), subject.instance)
    except ZebraError:
        skip("it makes no complete table of the example, which it may refuse; see leaves_no_gap")


def leaves_no_gap(subject: Subject) -> None:
    """It returns a zebra.ScoreTable of models and benchmarks that the table has, without gaps, or refuses the table."""
    table = draw_table(gaps=True)
    try:
        subject.instance(table)
    except ZebraError:
        return
    except Exception:  # noqa: BLE001  # another check is for that
        skip("it does not work on the example; see works_on_an_example")
    try:
        complete(table, subject.instance)
    except ZebraError as error:
        fail(str(error))


def keeps_the_scores_there_are(subject: Subject) -> None:
    """A score that is not missing stays as it is."""
    before, after = draw_table(gaps=True), _completed(subject)
    rows = [before.models.index(model) for model in after.models]
    names = [b.name for b in before.benchmarks]
    columns = [names.index(b.name) for b in after.benchmarks]
    given = before.values[np.ix_(rows, columns)]
    if not (np.isnan(given) | (given == after.values)).all():
        fail("it changes a score that is not missing")


def notes_what_it_did(subject: Subject) -> None:
    """The notes of the table say what was filled in or left out."""
    if _completed(subject).notes == draw_table(gaps=True).notes:
        fail("it adds no note; use attrs.evolve(table, notes=(*table.notes, ...)), or table.keep(rows, columns, note)")


def _scaled(subject: Subject, table: ScoreTable) -> NDArray[np.float64]:
    """Return normalised scores. Raise CheckSkipped if there are none, which another check is for."""
    result_of(subject)
    try:
        return normalise(table, subject.instance)[0]
    except ZebraError:
        skip("it gives no valid scores for the example; see gives_scores_from_0_to_1")


def gives_scores_from_0_to_1(subject: Subject) -> None:
    """It returns a zebra.Normalised of the table's shape, in [0, 1]."""
    result_of(subject)
    try:
        normalise(draw_table(), subject.instance)
    except ZebraError as error:
        fail(str(error))


def follows_the_direction(subject: Subject) -> None:
    """Of two scores on a benchmark, the better one by its direction is never the lower one once it is normalised."""
    table = draw_table()
    for column, benchmark in enumerate(table.benchmarks):
        order = np.argsort(oriented(table.values[:, column], benchmark))
        if (np.diff(_scaled(subject, table)[order, column]) < -ROUNDING).any():
            fail_if_repeatable(subject, f"on the benchmark {benchmark.name!r} a better score is the lower one")


def does_not_depend_on_the_order(subject: Subject) -> None:
    """If the models come in another order, so do the results, with the same values."""
    order = np.random.default_rng(2).permutation(7)
    if subject.kind == "superiority":
        first, moved = _numbers(subject, draw_vectors()), _numbers(subject, draw_vectors()[order])
    else:
        table = draw_table()
        shuffled = attrs.evolve(
            table, models=[table.models[k] for k in order], values=table.values[order], stderr=table.stderr[order]
        )
        first, moved = _scaled(subject, table), _scaled(subject, shuffled)
    if not np.allclose(first[order], moved, rtol=0, atol=ROUNDING):
        fail_if_repeatable(subject, "with the models in another order their results are others")


def _numbers(subject: Subject, vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a number for each model. Raise CheckSkipped if there are none, which another check is for."""
    result_of(subject)
    numbers = np.asarray(subject.call(vectors, np.ones(vectors.shape[1])))
    if numbers.shape != (len(vectors),) or numbers.dtype.kind not in "fiub" or not np.isfinite(numbers).all():
        skip("it gives no finite number for each model; see gives_one_number_per_model")
    return numbers


def gives_one_number_per_model(subject: Subject) -> None:
    """It returns a number in [0, 1] for each model."""
    vectors = draw_vectors()
    result_of(subject)
    numbers: Any = np.asarray(subject.call(vectors, np.ones(vectors.shape[1])))
    if numbers.shape != (len(vectors),):
        fail(f"for {len(vectors)} models its result has the shape {numbers.shape}, not ({len(vectors)},)")
    if numbers.dtype.kind not in "fiub" or not ((numbers >= -ROUNDING) & (numbers <= 1 + ROUNDING)).all():
        fail("its result has a value that is not a number in [0, 1]")


def rises_with_ability(subject: Subject) -> None:
    """A model that is at least as good as another one on every benchmark is not the worse one."""
    vectors = draw_vectors()
    better = np.clip(vectors[0] * 1.1, 0, 1)
    numbers = _numbers(subject, np.vstack([vectors, better]))
    if numbers[-1] < numbers[0] - ROUNDING:
        fail_if_repeatable(subject, "a model that is better on every benchmark has the lower number")


def ignores_benchmarks_of_weight_0(subject: Subject) -> None:
    """A benchmark of weight 0 changes nothing."""
    vectors = draw_vectors()
    _numbers(subject, vectors)
    weights = np.ones(vectors.shape[1])
    weights[0] = 0.0
    other = vectors.copy()
    other[:, 0] = vectors[::-1, 0]
    first, second = (np.asarray(subject.call(each, weights)) for each in (vectors, other))
    if not np.allclose(first, second, rtol=0, atol=ROUNDING):
        fail_if_repeatable(subject, "other scores on a benchmark of weight 0 change the result")


def gives_texts(subject: Subject) -> None:
    """It returns tuples: a text, and names of models that the text concerns."""
    result_of(subject)
    table = draw_table(gaps=True)
    for doubt in subject.call(table):
        if not (isinstance(doubt, tuple) and doubt and all(isinstance(text, str) for text in doubt)):
            fail(f"it returns {doubt!r:.60}")
        if not {*doubt[1:]} <= {*table.models}:
            fail(f"it names {min({*doubt[1:]} - {*table.models})!r}, which is no model of the table")


def takes_any_table(subject: Subject) -> None:
    """It takes a table with gaps, of one model, and of equal models."""
    result_of(subject)
    equal = draw_table()
    for what, table in (
        ("one model", draw_table(1)),
        ("equal models", attrs.evolve(equal, values=np.full(equal.values.shape, 50.0))),
        ("no score", attrs.evolve(equal, values=np.full(equal.values.shape, np.nan))),
    ):
        try:
            list(subject.call(table))
        except Exception as error:  # noqa: BLE001  # whatever it raises
            fail(f"with a table of {what} it raises an error: {error}")


def gives_a_model_or_none(subject: Subject) -> None:
    """It returns one of the models that it was given, or None."""
    result_of(subject)
    models = ("model-1", "model-2", "other")
    for name in ("model 1", "Org/MODEL-2", "", "nothing like it", "é\n"):
        try:
            answer = subject.call(name, models)
        except Exception as error:  # noqa: BLE001  # whatever it raises
            fail(f"for the name {name!r} it raises an error: {error}")
        if answer is not None and answer not in models:
            fail(f"for the name {name!r} it returns {answer!r:.60}")


def guesses_nothing(subject: Subject) -> None:
    """For a name that no model has any part of, it returns None."""
    result_of(subject)
    try:
        answer = subject.call("zzz-qqq-unheard-of", ("model-1", "model-2", "other"))
    except Exception:  # noqa: BLE001  # another check is for that
        skip("it raises an error; see gives_a_model_or_none")
    if answer in ("model-1", "model-2", "other"):
        fail_if_repeatable(subject, f"it takes 'zzz-qqq-unheard-of' for {answer!r}")


CHECKS = (
    *checks_in(leaves_no_gap, keeps_the_scores_there_are, notes_what_it_did, kinds=("imputation",)),
    *checks_in(gives_scores_from_0_to_1, follows_the_direction, kinds=("normalisation",)),
    *checks_in(does_not_depend_on_the_order, kinds=("normalisation", "superiority")),
    *checks_in(gives_one_number_per_model, rises_with_ability, ignores_benchmarks_of_weight_0, kinds=("superiority",)),
    *checks_in(gives_texts, takes_any_table, kinds=("score check",)),
    *checks_in(gives_a_model_or_none, guesses_nothing, kinds=("alias",)),
)
