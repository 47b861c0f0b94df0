"""Findings: sections about something other than a dataset, such as a sweep, for whatever shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from zebra_core.dataset.figure import Section


@attrs.frozen
class Finding:
    """One finding in a line: its name, how good it is, the fact, what would change it if anything, and the section about it."""

    name: str
    level: Literal["good", "look", "bad"]
    fact: str
    remedy: str = ""
    section: str = ""


@attrs.frozen
class Findings:
    """What a study gave: a title, facts in a line, findings, and sections by their ids, in order.

    `page` is the file that a page of them is written to.
    """

    title: str
    facts: str
    page: Path
    sections: Mapping[str, Section]
    findings: Sequence[Finding] = ()
