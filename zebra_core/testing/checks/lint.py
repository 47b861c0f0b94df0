"""Checks of lints: from a dataset to what matches, or None."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from zebra_core.dataset.dataset import Dataset
from zebra_core.dataset.lint import LintResult
from zebra_core.errors import ZebraError
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.results import result_of
from zebra_core.testing.examples.toy import toy_dataset

if TYPE_CHECKING:
    from zebra_core.testing.subject import Subject


def _matches(subject: Subject, name: Literal["plain", "hostile", "single"]) -> tuple[Dataset, LintResult | None]:
    """Return a dataset of the kit and what matches in it. Raise CheckSkipped if there is no result, which another check is for."""
    result_of(subject)
    dataset = Dataset.open(toy_dataset(name))
    try:
        result = subject.call(dataset)
    except ZebraError as error:
        fail(f"it raises an error: {error}")
    if result is not None and not isinstance(result, LintResult):
        skip("it gives no zebra.LintResult; see gives_a_lint_result")
    return dataset, result


def gives_a_lint_result(subject: Subject) -> None:
    """It returns a zebra.LintResult with a fact, or None if it does not apply."""
    result_of(subject)
    result = subject.call(Dataset.open(toy_dataset()))
    if result is not None and not isinstance(result, LintResult):
        fail(f"it must return a zebra.LintResult or None, got {type(result).__name__}")
    if result is not None and not result.fact.strip():
        fail("its fact is empty: say what is true of the pairs that match")


def names_pairs_of_the_dataset(subject: Subject) -> None:
    """The ids are those of pairs in the dataset, and no more than it counts."""
    dataset, result = _matches(subject, "plain")
    if result is None:
        return
    strangers = sorted({*result.ids} - {*dataset.pairs["id"]})
    if strangers:
        fail(f"no pair has the id {strangers[0]!r}")
    if not len(result.ids) <= result.count <= dataset.total:
        fail(f"it counts {result.count} pairs, names {len(result.ids)}, and the dataset has {dataset.total}")


def takes_any_pairs(subject: Subject) -> None:
    """It takes a dataset of one pair without a source, and texts with markup or control characters."""
    _matches(subject, "single")
    _matches(subject, "hostile")


CHECKS = checks_in(gives_a_lint_result, names_pairs_of_the_dataset, takes_any_pairs, kinds=("lint",))
