"""The decorator that makes a test of pytest run every check of a component."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from zebra_core.testing.check import CheckFailed, CheckSkipped
from zebra_core.testing.run import check_names, checks_of, run_check
from zebra_core.testing.select import select_subjects

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zebra_core.plugins.component import Component
    from zebra_core.testing.check import Check
    from zebra_core.testing.subject import Subject


@attrs.frozen(eq=False)
class BoundCheck:
    """A check of one component, ready to be called by a test."""

    subject: Subject
    check: Check

    def __call__(self) -> None:
        """Run the check. Fail the test with its reason, or skip it."""
        try:
            run_check(self.subject, self.check)
        except CheckSkipped as reason:
            pytest.skip(str(reason))
        except CheckFailed as reason:
            pytest.fail(f"{self.subject}: {reason}", pytrace=False)


def parametrize_with_checks(
    target: str | Component,
    *,
    options: Sequence[Mapping[str, Any]] = ({},),
    expected_failures: Mapping[str, str] | None = None,
    location: str | None = None,
    model: str = "",
) -> Callable[[Any], Any]:
    """Return a decorator for a test of one argument, `check`, that calls it: `def test_near(check): check()`.

    `target` is the name of a component or plugin, the path of a file, or a `zebra.Component`; each set of `options` is
    checked. `expected_failures` has the reason of each check that fails; it is an error if the check passes. `location`
    is an example of what a pool reader or score source reads, and `model` a model for a trainer or evaluator. Raise
    ZebraError for an unknown component or check.
    """
    expected = check_names(expected_failures or {})
    parameters = [
        pytest.param(BoundCheck(subject, check), id=f"{subject}-{check.name}", marks=_marks(expected.get(check.name)))
        for subject in select_subjects(target, options, location=location, model=model)
        for check in checks_of(subject.kind)
    ]
    return pytest.mark.parametrize("check", parameters)


def _marks(reason: str | None) -> list[pytest.MarkDecorator]:
    return [] if reason is None else [pytest.mark.xfail(reason=reason, strict=True, raises=pytest.fail.Exception)]
