"""The strategies and rules beside the papers' three, on four models whose figures can be checked in the head."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.testing import Project

# Superiority is a 1, b .8, c .3, d 0: the mean of two equal columns.
SCORES = "model,MMLU,IFEval\na,10,10\nb,8,8\nc,3,3\nd,0,0\n"


def row(number: int, models: str = "abcd", **more: Any) -> dict[str, Any]:
    return {
        "id": f"q{number}",
        "prompt": f"question {number}",
        "models": [*models],
        "responses": [f"{model} says {number}" for model in models],
        **more,
    }


def run(cli: Project, rows: list[dict[str, Any]], *arguments: str) -> list[tuple[str, str, str]]:
    """Build from these rows; return (id, chosen model, rejected model)."""
    import json

    cli.write("scores.csv", SCORES)
    cli.write("pool.jsonl", "\n".join(json.dumps(row) for row in rows))
    cli.run(
        "run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--similarity", "euclidean", "--overwrite", *arguments
    )
    return [(r["id"], r["chosen_model"], r["rejected_model"]) for r in cli.dataset()]


@pytest.mark.parametrize(
    ("strategy", "arguments", "pair"),
    [
        ("sup", [], "ab"),
        ("k_score", [], "ab"),
        ("sim", [], "ab"),  # gaps .2, .5, .3: the least distance is the most alike
        ("k_sim", [], "ab"),
        ("sup+sim", [], "ab"),
        ("k_score_sim", [], "ab"),
        ("delta", [], "ad"),
        ("max-min", [], "ad"),
        ("sup", ["--min-gap", "0.25"], "ac"),  # a over b is .2 apart, so the best takes the next
        ("sim", ["--min-gap", "0.25"], "cd"),  # .3 apart, the least that is left
    ],
)
def test_pick(zebra_cli: Project, strategy: str, arguments: list[str], pair: str) -> None:
    """Each strategy picks the pair that its words say; masks let it take the next."""
    assert run(zebra_cli, [row(1)], "--strategy", strategy, *arguments) == [("q1", *pair)]


def test_sure_of_the_order(plugins: zebra.Plugins) -> None:
    """Of gaps .1, .5, .4 and similarities .99, .6, .9 the last is wanted most: .9 x tanh(.7) = .544, against .171 and .422."""
    alike = np.array([[1, 0.99, 0.6], [0.99, 1, 0.9], [0.6, 0.9, 1]])
    behavior = zebra.Behavior(tuple("abc"), ("x",), np.zeros((3, 1)), np.array([0.9, 0.8, 0.4]), alike)
    wanted = plugins.find("strategy", "confident-sim").bind()(behavior)
    assert [wanted[0, 1], wanted[0, 2], wanted[1, 2]] == pytest.approx([0.1715, 0.4223, 0.5439], abs=1e-4)


def test_better_on_most_benchmarks(plugins: zebra.Plugins) -> None:
    """a is ahead of b on one of three, of c on two, b of c on three; a tie counts for nobody."""
    vectors = np.array([[1, 0.5, 0.4], [0.2, 0.5, 0.9], [0.1, 0.4, 0.5]])
    behavior = zebra.Behavior(tuple("abc"), tuple("xyz"), vectors, vectors.mean(axis=1).round(12), np.eye(3))
    wanted = plugins.find("strategy", "consistent").bind()(behavior)
    assert [int(wanted[0, 1]), int(wanted[0, 2]), int(wanted[1, 2])] == [1, 2, 3]
    assert wanted[1, 2] == 3 + (1.6 - 1.0) / 3 / 2


def test_pairs_per_instruction(zebra_cli: Project) -> None:
    """Several pairs per instruction come in the order in which they are wanted."""
    found = run(zebra_cli, [row(1)], "--strategy", "sup", "--pairs", "4")
    assert found == [("q1", "a", "b"), ("q1", "a", "c"), ("q1", "a", "d"), ("q1", "b", "c")]


def test_global_scope(zebra_cli: Project) -> None:
    """Scope global uses one pair of models for the whole pool, and leaves out instructions that lack either."""
    rows = [row(1, "abc"), row(2, "bcd"), row(3, "ab")]
    assert run(zebra_cli, rows, "--strategy", "sup") == [("q1", "a", "b"), ("q2", "b", "c"), ("q3", "a", "b")]
    assert run(zebra_cli, rows, "--strategy", "sup", "--scope", "global") == [("q1", "a", "b"), ("q3", "a", "b")]
    told = zebra_cli.run(
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
    assert "decides for each instruction separately" in told.stderr


def test_rlaif_takes_the_best_rated_and_the_next(zebra_cli: Project) -> None:
    """RLAIF pairs best against next best by the pool's ratings, passing over ties; all tied gives no pair."""
    rows = [
        row(1, ratings=[1.0, 2.0, 3.0, 4.0]),  # d 4 over c 3
        row(2, ratings=[5.0, 5.0, 3.0, 1.0]),  # a and b tie; a ranks first, c is the next below
        row(3, ratings=[2.0, 2.0, 2.0, 2.0]),
        row(4, ratings=[None, None, 1.0, 4.0]),  # d 4 over c 1
    ]
    found = run(zebra_cli, rows, "--strategy", "rlaif")
    assert found == [("q1", "d", "c"), ("q2", "a", "c"), ("q4", "d", "c")]
    assert zebra_cli.manifest()["recipe"]["rule"] == "rating"
    assert zebra_cli.manifest()["summary"]["left_out"] == {"every other pair is a tie or undesirable": 1}
    assert zebra_cli.dataset()[0]["margin"] == -0.3  # d is .3 below c in superiority, and rated above it


def test_rating_rule_over_sup_pairs(zebra_cli: Project) -> None:
    """The rule may be chosen apart from the strategy: the two best models, and the rating says which."""
    assert run(zebra_cli, [row(1, ratings=[1.0, 2.0, 3.0, 4.0])], "--strategy", "sup", "--rule", "rating") == [
        ("q1", "b", "a")
    ]


def test_draws_depend_on_seed_id_and_names_alone(zebra_cli: Project) -> None:
    """Random pairs are the same whatever the order of rows and responses, and others under another seed."""
    rows = [row(number) for number in range(200)]
    turned = [
        {**r, "models": r["models"][::-1], "responses": r["responses"][::-1]}
        for r in np.random.default_rng(0).permutation(rows)
    ]
    for strategy in ("random", "best-random"):
        found = run(zebra_cli, rows, "--strategy", strategy)
        assert sorted(run(zebra_cli, turned, "--strategy", strategy)) == sorted(found)
        assert run(zebra_cli, rows, "--strategy", strategy, "--seed", "1") != found


def test_draws_are_even(zebra_cli: Project) -> None:
    """Each of the 6 pairs is drawn about as often: 3,000 draws, expected 500 each, 5 standard deviations are 102."""
    found = run(zebra_cli, [row(number) for number in range(3000)], "--strategy", "random")
    counts = np.unique([a + b for _, a, b in found], return_counts=True)[1]
    assert len(counts) == 6
    assert abs(counts - 500).max() < 102  # sd = sqrt(3000 x 1/6 x 5/6) = 20.4
    rejected = [b for _, a, b in run(zebra_cli, [row(n) for n in range(3000)], "--strategy", "best-random") if a == "a"]
    assert len(rejected) == 3000
    assert abs(np.unique(rejected, return_counts=True)[1] - 1000).max() < 129  # 5 x sqrt(3000 x 1/3 x 2/3)
