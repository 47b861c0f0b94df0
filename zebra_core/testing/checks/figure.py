"""Checks of figures: from a dataset to a section of the report, or None."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal
from xml.etree import ElementTree as ET

from zebra_core.dataset.dataset import Dataset
from zebra_core.dataset.figure import Section
from zebra_core.errors import ZebraError
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.calls import example_lints
from zebra_core.testing.examples.results import result_of
from zebra_core.testing.examples.toy import toy_dataset

if TYPE_CHECKING:
    from zebra_core.testing.subject import Subject

ACTIVE = ("script", "foreignObject", "iframe", "img")


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
    """It returns a zebra.Section, whose texts are strings and whose rows have one length, or None."""
    result_of(subject)
    section = subject.call(Dataset.open(toy_dataset()), *example_lints(subject))
    if section is not None and not isinstance(section, Section):
        fail(f"it must return a zebra.Section or None, got {type(section).__name__}")
    if section is not None and (fault := _fault(section)):
        fail(fault)


def _fault(section: Section) -> str:
    """Return what is wrong with a section; empty if nothing is."""
    for text in (section.title, section.text, section.svg, *section.notes):
        if not isinstance(text, str):
            return f"title, text, svg and notes must be strings, got {type(text).__name__}"
    if not section.title or not section.text:
        return "it has no title or no text, which says what is to be seen"
    return "its rows differ in length" if len({len(row) for row in section.rows}) > 1 else ""


def draws_valid_svg(subject: Subject) -> None:
    """The drawing is SVG that can be parsed."""
    section = draw(subject, "plain")
    if section and section.svg:
        try:
            root = ET.fromstring(section.svg)  # noqa: S314  # what a plugin of this process drew
        except ET.ParseError as error:
            fail(f"its svg cannot be parsed: {error}")
        if not root.tag.endswith("svg"):
            fail(f"its svg is an element {root.tag!r}, not svg")


def takes_little_evidence(subject: Subject) -> None:
    """It takes a dataset of one pair of two models with one benchmark, without ratings or a source."""
    draw(subject, "single")


def takes_hostile_text(subject: Subject) -> None:
    """Names and texts with markup or control characters are shown as text: the drawing has no element or script of theirs."""
    section, usual = draw(subject, "hostile"), draw(subject, "plain")
    if not section or not section.svg:
        return
    try:
        root = ET.fromstring(section.svg)  # noqa: S314  # what a plugin of this process drew
    except ET.ParseError as error:
        if usual is None or not _can_be_parsed(usual.svg):
            skip("its svg cannot be parsed; see draws_valid_svg")
        fail(f"with names such as '<b>' its svg cannot be parsed: {error}; use zebra.markup.printable and escape texts")
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        events = [attribute for attribute in element.attrib if attribute.lower().startswith("on")]
        if name in ACTIVE or events:
            fail(f"a name put the element {name!r} into its svg; escape texts")


def _can_be_parsed(svg: str) -> bool:
    try:
        ET.fromstring(svg)  # noqa: S314  # what a plugin of this process drew
    except ET.ParseError:
        return False
    return True


CHECKS = checks_in(gives_a_section, draws_valid_svg, takes_little_evidence, takes_hostile_text, kinds=("figure",))
