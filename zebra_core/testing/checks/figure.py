"""Checks of figures: from a dataset to a section of the report, or None."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal

from zebra_core import charts
from zebra_core.dataset.dataset import Dataset
from zebra_core.dataset.figure import Section
from zebra_core.errors import ZebraError
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.calls import example_lints
from zebra_core.testing.examples.results import result_of
from zebra_core.testing.examples.toy import HOSTILE, toy_dataset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_core.testing.subject import Subject

CODE = {"field", "calculate", "filter", "test", "expr", "labelExpr", "signal"}
"""What of a chart Vega takes for a field or an expression."""


def draw(subject: Subject, dataset: Literal["plain", "hostile", "single"]) -> Section | None:
    """Return the section of a dataset of the kit. Raise CheckSkipped if the example fails, which another check is for."""
    result_of(subject)
    try:
        section = subject.call(Dataset.open(toy_dataset(dataset)), *example_lints(subject))
    except ZebraError as error:
        fail(f"it raises an error: {error}")
    if section is not None and (not isinstance(section, Section) or _fault(section)):
        skip("it gives no valid section; see gives_a_section")
    return section


def gives_a_section(subject: Subject) -> None:
    """It returns a zebra.Section, whose texts are strings, whose charts are JSON and whose rows have one length, or None."""
    result_of(subject)
    section = subject.call(Dataset.open(toy_dataset()), *example_lints(subject))
    if section is not None and not isinstance(section, Section):
        fail(f"it must return a zebra.Section or None, got {type(section).__name__}")
    if section is not None and (fault := _fault(section)):
        fail(fault)


def _fault(section: Section) -> str:
    """Return what is wrong with a section; empty if nothing is."""
    if not section.fault and not (section.title and section.text):
        return "it has no title or no text, which says what is to be seen"
    return section.fault


def gives_charts_that_can_be_drawn(subject: Subject) -> None:
    """Vega-Lite draws each chart; needs the extra `report`."""
    section = draw(subject, "plain")
    if not section or not section.charts:
        return
    if not find_spec("vl_convert"):
        skip("the extra `report`, which draws charts, is not installed")
    for chart in section.charts:
        try:
            charts.as_svg(chart)
        except ZebraError as error:
            fail(str(error))


def names_its_charts(subject: Subject) -> None:
    """Each chart has a `description`, for those who do not see it."""
    section = draw(subject, "plain")
    if section and not all(chart.get("description") for chart in section.charts):
        fail("a chart has no 'description', which says what it shows to those who do not see it")


def takes_little_evidence(subject: Subject) -> None:
    """It takes a dataset of one pair of two models with one benchmark, without ratings or a source."""
    draw(subject, "single")


def takes_hostile_text(subject: Subject) -> None:
    """Names and texts with markup or control characters are values of its charts, never fields or expressions."""
    section = draw(subject, "hostile")
    for chart in section.charts if section else ():
        for name, text in _code_in(chart):
            if any(hostile in text for hostile in HOSTILE):
                fail(f"a name such as {HOSTILE[0]!r} is in {name!r} of its chart; let names be values of a field")


def _code_in(value: Any) -> Iterator[tuple[str, str]]:
    """Yield the fields and expressions in a chart, each with its key."""
    parts = value.items() if isinstance(value, dict) else ((None, part) for part in value)
    for name, part in parts:
        if name in CODE and isinstance(part, str):
            yield name, part
        elif name != "values" and isinstance(part, dict | list | tuple):
            yield from _code_in(part)


CHECKS = checks_in(
    gives_a_section,
    gives_charts_that_can_be_drawn,
    names_its_charts,
    takes_little_evidence,
    takes_hostile_text,
    kinds=("figure",),
)
