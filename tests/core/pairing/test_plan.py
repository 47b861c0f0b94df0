"""The plan: pairs per instruction, and the scope."""

from __future__ import annotations

from helpers.pick import row, run

from zebra_core.testing import Project


def test_pairs_per_instruction(zebra_cli: Project) -> None:
    """Several pairs per instruction come in the order of their desirability."""
    result = run(zebra_cli, [row(1)], "--strategy", "sup", "--pairs", "4")
    assert result == [("q1", "a", "b"), ("q1", "a", "c"), ("q1", "a", "d"), ("q1", "b", "c")]


def test_global_scope(zebra_cli: Project) -> None:
    """Scope global uses one pair of models for the whole pool, and leaves out instructions that lack either."""
    rows = [row(1, "abc"), row(2, "bcd"), row(3, "ab")]
    assert run(zebra_cli, rows, "--strategy", "sup") == [("q1", "a", "b"), ("q2", "b", "c"), ("q3", "a", "b")]
    assert run(zebra_cli, rows, "--strategy", "sup", "--scope", "global") == [("q1", "a", "b"), ("q3", "a", "b")]
    message = zebra_cli.run(
        "run",
        "--pool",
        "pool.jsonl",
        "--scores",
        "scores.csv",
        "--strategy",
        "random",
        "--scope",
        "global",
        "-o",
        "x",
        code=2,
    )
    assert "decides for each instruction separately" in message.stderr
