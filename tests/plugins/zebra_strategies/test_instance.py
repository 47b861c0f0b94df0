"""Strategies and the rule that look at each instruction."""

from __future__ import annotations

import numpy as np
from helpers.pick import row, run

from zebra_core.testing import Project


def test_rlaif_takes_the_best_rated_and_the_next(zebra_cli: Project) -> None:
    """RLAIF pairs best against next best by the pool's ratings, passing over ties; all tied gives no pair."""
    rows = [
        row(1, ratings=[1.0, 2.0, 3.0, 4.0]),  # d 4 over c 3
        row(2, ratings=[5.0, 5.0, 3.0, 1.0]),  # a and b tie; a ranks first, c is the next below
        row(3, ratings=[2.0, 2.0, 2.0, 2.0]),
        row(4, ratings=[None, None, 1.0, 4.0]),  # d 4 over c 1
    ]
    result = run(zebra_cli, rows, "--strategy", "rlaif")
    assert result == [("q1", "d", "c"), ("q2", "a", "c"), ("q4", "d", "c")]
    assert zebra_cli.manifest()["recipe"]["rule"] == "rating"
    assert zebra_cli.manifest()["summary"]["left_out"] == {"every other pair is a tie or undesirable": 1}
    assert zebra_cli.dataset()[0]["margin"] == -0.3  # d is .3 below c in superiority, and rated above it


def test_the_rating_rule_with_sup(zebra_cli: Project) -> None:
    """Rule and strategy can be chosen separately: the two best models, ordered by rating."""
    assert run(zebra_cli, [row(1, ratings=[1.0, 2.0, 3.0, 4.0])], "--strategy", "sup", "--rule", "rating") == [
        ("q1", "b", "a")
    ]


def test_draws_depend_only_on_seed_id_and_names(zebra_cli: Project) -> None:
    """Random pairs are the same whatever the order of rows and responses, and others under another seed."""
    rows = [row(number) for number in range(200)]
    turned = [
        {**r, "models": r["models"][::-1], "responses": r["responses"][::-1]}
        for r in np.random.default_rng(0).permutation(rows)
    ]
    for strategy in ("random", "best-random"):
        result = run(zebra_cli, rows, "--strategy", strategy)
        assert sorted(run(zebra_cli, turned, "--strategy", strategy)) == sorted(result)
        assert run(zebra_cli, rows, "--strategy", strategy, "--seed", "1") != result


def test_draws_are_even(zebra_cli: Project) -> None:
    """Each of the 6 pairs is drawn about as often: 3,000 draws, expected 500 each, 5 standard deviations are 102."""
    result = run(zebra_cli, [row(number) for number in range(3000)], "--strategy", "random")
    counts = np.unique([a + b for _, a, b in result], return_counts=True)[1]
    assert len(counts) == 6
    assert abs(counts - 500).max() < 102  # sd = sqrt(3000 x 1/6 x 5/6) = 20.4
    rejected = [b for _, a, b in run(zebra_cli, [row(n) for n in range(3000)], "--strategy", "best-random") if a == "a"]
    assert len(rejected) == 3000
    assert abs(np.unique(rejected, return_counts=True)[1] - 1000).max() < 129  # 5 x sqrt(3000 x 1/3 x 2/3)
