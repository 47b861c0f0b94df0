"""What a component makes of its example, as plain values."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from zebra_core.errors import MissingExtraError, ZebraError
from zebra_core.plugins.component import attributed_to
from zebra_core.testing.check import skip
from zebra_core.testing.examples.calls import example_of
from zebra_core.testing.examples.plain import plain

if TYPE_CHECKING:
    from zebra_core.testing.examples.calls import Example
    from zebra_core.testing.subject import Subject


def call_with(subject: Subject, example: Example) -> Any:
    """Call a component with an example. Return its result as plain values."""
    with attributed_to(subject.component, mistakes=False):
        return plain(example.outcome(subject.instance(*example.arguments)))


def run_example(subject: Subject, folder: Path) -> Any:
    """Call a component with its example, whose arrays may be written to. Return its result as plain values."""
    return call_with(subject, example_of(subject, folder).loosened())


def result_anew(subject: Subject) -> Any:
    """Return the result of a new call, in a folder of its own. Raise CheckSkipped if it fails: another check is for that."""
    with TemporaryDirectory() as folder:
        try:
            return run_example(subject, Path(folder))
        except MissingExtraError:
            raise
        except ZebraError:
            skip("it does not work on the example; see works_on_an_example")


@cache
def result_of(subject: Subject) -> Any:
    """Return the result, called once. Raise CheckSkipped if that fails."""
    return result_anew(subject)
