"""Run the checks of components, and say how each ended."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

import attrs

from zebra_core.errors import MissingExtraError, unknown
from zebra_core.testing.check import CheckFailed, CheckSkipped
from zebra_core.testing.checks import (
    ability,
    batches,
    command,
    common,
    engine,
    evaluator,
    exporter,
    figure,
    generator,
    lint,
    model,
    pairing,
    pool,
    recipe,
    reward,
    schedule,
    scores,
    similarity,
    trainer,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zebra_core.testing.check import Check
    from zebra_core.testing.subject import Subject

Status = Literal["passed", "failed", "skipped", "expected failure"]
FAMILIES = {
    "Every kind": common,
    "Similarities": similarity,
    "Strategies and rules": pairing,
    "Pool readers": pool,
    "Generators": generator,
    "Filters and columns": batches,
    "Score sources and catalogues": scores,
    "What is made of scores": ability,
    "Engines": engine,
    "Figures": figure,
    "Lints": lint,
    "Exporters": exporter,
    "Trainers": trainer,
    "Rewards": reward,
    "Schedules": schedule,
    "Evaluators": evaluator,
    "Models": model,
    "Recipes": recipe,
    "Commands": command,
}
"""The modules of checks, by what they are for."""
ALL: tuple[Check, ...] = tuple(check for module in FAMILIES.values() for check in module.CHECKS)


@attrs.frozen
class Outcome:
    """How a check of a component ended, and why."""

    subject: str
    check: str
    status: Status
    reason: str = ""


def checks_of(kind: str) -> list[Check]:
    """Return the checks of components of a kind: those of all kinds first."""
    return [check for check in ALL if kind in check.kinds]


def run_checks(subjects: Iterable[Subject], expected_failures: Mapping[str, str] | None = None) -> Iterator[Outcome]:
    """Run every check of each component, and yield the outcomes. Raise ZebraError if an expected failure is no check.

    A check that is expected to fail, and passes, has failed.
    """
    expected = check_names(expected_failures or {})
    for subject in subjects:
        for check in checks_of(subject.kind):
            yield _outcome(subject, check, expected.get(check.name))


def check_names(expected_failures: Mapping[str, str]) -> Mapping[str, str]:
    """Return the reasons by name of the check. Raise ZebraError, suggesting the closest match, for an unknown one."""
    names = {check.name for check in ALL}
    for name in expected_failures:
        if name not in names:
            what = "check"
            raise unknown(what, name, names)
    return expected_failures


def run_check(subject: Subject, check: Check) -> None:
    """Run a check. Raise CheckFailed, or CheckSkipped, also if an extra is missing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            check(subject)
    except MissingExtraError as error:
        raise CheckSkipped(str(error)) from error
    except (CheckFailed, CheckSkipped):
        raise
    except Exception as error:
        reason = str(error) or type(error).__name__
        raise CheckFailed(reason) from error


def _outcome(subject: Subject, check: Check, expected: str | None) -> Outcome:
    try:
        run_check(subject, check)
    except CheckSkipped as error:
        return Outcome(str(subject), check.name, "skipped", str(error))
    except CheckFailed as error:
        if expected is not None:
            return Outcome(str(subject), check.name, "expected failure", expected)
        return Outcome(str(subject), check.name, "failed", str(error))
    if expected is not None:
        return Outcome(str(subject), check.name, "failed", f"it passes, but was expected to fail ({expected})")
    return Outcome(str(subject), check.name, "passed")
