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
    assert "the strategy 'random' decides for each instruction separately" in message.stderr
    assert "add --strategy with one that does not: sup, sim, sup+sim, delta" in message.stderr
    default = zebra_cli.run("run", "--scope", "global", "-o", "x", code=2)
    assert "the strategy 'consensus-sim' decides" in default.stderr


def test_the_length_ratio(zebra_cli: Project) -> None:
    """The most alike of those whose lengths are within the ratio: of a 10, b 8, c 3 and d 0 on a scale of 10, gaps of .2, .5 and .3."""
    lengths = [(8, 11, 10, 99), (40, 50, 99, 99), (4, 6, 9, 14)]
    rows = [
        row(n, responses=[letter * length for letter, length in zip("abcd", each, strict=True)])
        for n, each in enumerate(lengths)
    ]
    expected = [
        ("q0", "b", "c"),  # 11 / 10; a and c have 10 / 8 = 1.25, and are less alike
        ("q1", "a", "b"),  # 50 / 40 = 1.25; c and d are of one length too, and less alike
    ]  # 6 / 4, 9 / 6 and 14 / 9 are all 1.5 or more
    assert run(zebra_cli, rows, "--strategy", "sim", "--length-ratio", "1.25") == expected
    reason = "no pair within the length ratio satisfies the threshold and the minimum gap"
    assert zebra_cli.manifest()["summary"]["left_out"] == {reason: 1}
    wider = run(zebra_cli, rows, "--strategy", "sim", "--length-ratio", "1.5")
    assert wider == [("q0", "a", "b"), ("q1", "a", "b"), ("q2", "a", "b")]
    best = run(zebra_cli, rows, "--strategy", "sup", "--length-ratio", "1.25")
    assert best == [("q0", "a", "c"), ("q1", "a", "b")]  # sup takes a first, and 8 and 10 are of like length
    command = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--length-ratio", "1", "-o", "x")
    assert "check --scores, --threshold, --length-ratio and --min-gap" in zebra_cli.run(*command, code=2).stderr
