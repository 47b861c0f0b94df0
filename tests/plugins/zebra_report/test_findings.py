"""The page of findings, such as those of a sweep."""

from __future__ import annotations

from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_report import zebra_stage_done

SECTION = zebra.Section("Scores", "Of all cells.", rows=[["cell", "score"], ["<b>a</b>", 0.5]])


def test_the_page_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The page is where the findings say, with their lines and sections, and its path is printed."""
    line = zebra.Finding("sim", "good", "better than sup", section="scores")
    page = tmp_path / "sweep.html"
    zebra_stage_done("findings", zebra.Findings("grid", "one cell", page, {"scores": SECTION}, [line]))
    assert capsys.readouterr().out == f"The page of the results is {page}\n"
    text = page.read_text(encoding="utf-8")
    assert "better than sup" in text
    assert "&lt;b&gt;a&lt;/b&gt;" in text


@pytest.mark.parametrize(
    ("folder", "section", "reason"),
    [
        ("absent", SECTION, "cannot write"),
        (".", zebra.Section("Scores", "", rows=[["a"], [1, 2]]), "must have one length"),
    ],
)
def test_a_page_that_fails(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str, section: zebra.Section, reason: str
) -> None:
    """What prevents the page is a warning in one line; the sweep goes on."""
    zebra_stage_done("findings", zebra.Findings("grid", "", tmp_path / folder / "sweep.html", {"scores": section}))
    error = capsys.readouterr().err
    assert error.startswith("Warning: there is no report: ")
    assert reason in error
    assert error.count("\n") == 1
