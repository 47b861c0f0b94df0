"""`zebra behavior`."""

from __future__ import annotations

from zebra_core.testing import Project


def test_behavior_as_csv_and_table(zebra_cli: Project) -> None:
    """Both formats have the same numbers: three models, x normalised 1, .5, 0."""
    zebra_cli.write("s.csv", "model,MMLU\na,3\nb,2\nc,1\n")
    lines = zebra_cli.run("behavior", "--scores", "s.csv", "--format", "csv").stdout.splitlines()
    assert lines[:2] == [
        "model,MMLU,superiority,similarity to a,similarity to b,similarity to c",
        "a,1.0,1.0,1.0,1.0,0.0",
    ]
    table = zebra_cli.run("behavior", "--scores", "s.csv").stdout.splitlines()
    assert [line.split()[:3] for line in table[1:]] == [
        ["a", "1.000", "1.000"],
        ["b", "0.500", "0.500"],
        ["c", "0.000", "0.000"],
    ]
