"""The page of findings, such as those of a sweep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra
from zebra_report.page import Page, Verdict

if TYPE_CHECKING:
    from pathlib import Path


def write_findings(findings: zebra.Findings) -> Path:
    """Write the page of findings, and return its path. Raise ZebraError if it cannot be written, or a section is faulty."""
    verdicts = [Verdict(**attrs.asdict(finding)) for finding in findings.findings]
    faults = [fault for section in findings.sections.values() if (fault := section.fault)]
    if faults:
        raise zebra.ZebraError(faults[0])
    page = Page(findings.title, findings.facts, findings.sections, verdicts)
    try:
        zebra.storage.write_durably(findings.page, page.html())
    except OSError as error:
        msg = f"cannot write {findings.page}: {error.strerror}"
        raise zebra.ZebraError(msg) from error
    return findings.page
