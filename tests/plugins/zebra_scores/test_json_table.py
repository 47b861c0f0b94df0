"""Score tables from JSON."""

from __future__ import annotations

import pytest

import zebra_core as zebra
from zebra_core.testing import Project


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"GSM8K": 1, "MATH": "20%"}, "b": {"GSM8K": 2, "MATH": 30}}',
        '[{"model": "a", "GSM8K": 1, "MATH": 20}, {"model": "b", "GSM8K": 2, "MATH": 30}]',
        '{"benchmarks": {"GSM8K": {}, "MATH": {}}, "scores": {"a": {"GSM8K": 1, "MATH": 20}, "b": {"GSM8K": 2, "MATH": 30}}}',
    ],
)
def test_json_forms(zebra_cli: Project, text: str) -> None:
    """The three forms of JSON hold the same table."""
    zebra_cli.write("s.json", text)
    table = zebra.read_scores("s.json")
    assert (table.models, [b.name for b in table.benchmarks]) == (("a", "b"), ["GSM8K", "MATH"])
    assert table.values.tolist() == [[1, 20], [2, 30]]


def test_deep_nesting_is_refused(zebra_cli: Project) -> None:
    """A table nested 100,000 levels deep ends with one line."""
    zebra_cli.write("scores.json", '{"a": ' + "[" * 100_000 + "]" * 100_000 + "}")
    output = zebra_cli.run("scores", "--scores", "scores.json", code=2).stderr
    assert output.count("\n") == 1
    assert "is not valid JSON" in zebra_cli.run("scores", "--scores", "json:scores.json", code=2).stderr
