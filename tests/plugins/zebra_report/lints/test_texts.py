"""The built-in lints, and their options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.lint_pairs import build

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.lints.results import run_lints

COUNTS = {
    "identical": 2, "near-identical": 1, "empty": 0, "special-tokens": 1, "refusal-chosen": 1, "repeated-prompt": 1,
    "length-bias": 5, "dominant-models": 7,
}  # fmt: skip


def results(plugins: zebra.Plugins, **options: Any) -> dict[str, zebra.LintResult]:
    tables = {name.replace("_", "-"): values for name, values in options.items()}
    return run_lints(zebra.Dataset.open("zebra-dataset"), plugins, tables)


def test_counts(zebra_cli: Project, plugins: zebra.Plugins) -> None:
    """Each lint counts what was put there, in the order of the table; the test set is left out without --against."""
    build(zebra_cli)
    actual = results(plugins)
    assert [(name, result.count) for name, result in actual.items()] == list(COUNTS.items())
    assert actual["identical"].ids == ("r0", "r1")
    assert actual["refusal-chosen"].ids == ("r2",)
    assert actual["repeated-prompt"].ids == ("r6",)


@pytest.mark.parametrize(
    ("lint", "share", "count"),
    [("near_identical", 0.99, 1), ("near_identical", 0.995, 0), ("length_bias", 0.8, 0), ("dominant_models", 1.0, 0)],
)
def test_shares(zebra_cli: Project, plugins: zebra.Plugins, lint: str, share: float, count: int) -> None:
    """99 of 100 words are shared; 5 of 7 chosen responses are longer, and one tie counts half: 78.6 %; one pair of models is all."""
    build(zebra_cli)
    assert results(plugins, **{lint: {"share": share}})[lint.replace("_", "-")].count == count


def test_overlap_with_a_test_set(zebra_cli: Project, plugins: zebra.Plugins) -> None:
    """A prompt counts whatever its case and white space; blank lines of the file do not."""
    build(zebra_cli)
    file = zebra_cli.write("test.txt", "PROMPT   3\n\nother\n")
    overlap = results(plugins, test_overlap={"against": str(file)})["test-overlap"]
    assert overlap == zebra.LintResult("the prompt is in the test set", ["r3"])
    missing = results(plugins, test_overlap={"against": str(Path("absent.txt"))})["test-overlap"]
    assert missing.failed
    assert "cannot read the test prompts 'absent.txt'" in missing.fact
