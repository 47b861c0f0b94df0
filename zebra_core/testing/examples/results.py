"""What a component makes of its example, as plain values."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NoReturn

from zebra_core.errors import MissingExtraError
from zebra_core.plugins.component import attributed_to
from zebra_core.testing.check import CheckSkipped, fail, skip
from zebra_core.testing.examples.calls import example_of
from zebra_core.testing.examples.plain import plain

if TYPE_CHECKING:
    from zebra_core.testing.examples.calls import Example
    from zebra_core.testing.subject import Subject


def call_with(subject: Subject, example: Example) -> Any:
    """Call a component with an example. Return its result as plain values."""
    instance = example.call or subject.instance
    with attributed_to(subject.component, mistakes=False):
        return plain(example.outcome(instance(*example.arguments, **example.keywords)))


def run_example(subject: Subject, folder: Path) -> Any:
    """Call a component with its example, whose arrays may be written to. Return its result as plain values."""
    return call_with(subject, example_of(subject, folder).loosened())


def result_anew(subject: Subject) -> Any:
    """Return the result of another call, in a folder of its own."""
    with TemporaryDirectory() as folder:
        return run_example(subject, Path(folder))


@cache
def attempt(subject: Subject) -> tuple[Any, Exception | None]:
    """Call a component with its example, once. Return the result as plain values, or the error."""
    with TemporaryDirectory() as folder:
        try:
            return run_example(subject, Path(folder)), None
        except Exception as error:  # noqa: BLE001  # it is raised again by whoever asks
            return None, error


def result_of(subject: Subject) -> Any:
    """Return the result of the example. Raise CheckSkipped if the component fails: another check is for that."""
    result, error = attempt(subject)
    if isinstance(error, MissingExtraError | CheckSkipped):
        raise error
    if error is not None:
        skip("it does not work on the example; see works_on_an_example")
    return result


def fail_if_repeatable(subject: Subject, reason: str) -> NoReturn:
    """Raise CheckFailed if a component gives the same result twice; else CheckSkipped: another check is for that."""
    if result_anew(subject) != result_of(subject):
        skip("it gives two results for one input; see gives_the_same_twice")
    fail(reason)
