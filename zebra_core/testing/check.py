"""A check: a function that says one fact about a component, and fails, or is skipped, with a reason."""

from __future__ import annotations

from inspect import getdoc
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable


class CheckFailed(AssertionError):  # noqa: N818  # the outcome of a check
    """The component breaks the contract that the check is for."""


class CheckSkipped(Exception):  # noqa: N818  # likewise
    """The check does not apply to the component, or lacks what it needs."""


def fail(reason: str) -> NoReturn:
    """Raise CheckFailed."""
    raise CheckFailed(reason)


def skip(reason: str) -> NoReturn:
    """Raise CheckSkipped."""
    raise CheckSkipped(reason)


@attrs.frozen
class Check:
    """A check of components of some kinds: a function of a `Subject`, whose name and docstring are those of the check."""

    function: Callable[[Any], None]
    kinds: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name by which the check is known."""
        return self.function.__name__

    @property
    def contract(self) -> str:
        """What a component must do, in one sentence."""
        return (getdoc(self.function) or "").partition("\n")[0]

    def __call__(self, subject: Any) -> None:
        """Check a component. Raise CheckFailed if it breaks the contract, CheckSkipped if the check does not apply."""
        self.function(subject)


def checks_in(*functions: Callable[[Any], None], kinds: tuple[str, ...]) -> tuple[Check, ...]:
    """Return functions as checks of components of these kinds."""
    return tuple(Check(function, kinds) for function in functions)
