"""The catalogue keeps its contract, and mixed directions become one axis."""

import json
from pathlib import Path

from zebra_core.testing import parametrize_with_checks

SCORES = str(Path(__file__).parents[1] / "scores.csv")


@parametrize_with_checks("catalogue.house")
def test_contract(check):
    """Every check of ZEBRA's conformance kit passes."""
    check()


def test_directions(zebra_cli):
    """The best of each column is at 1, whether that is the most or the least."""
    behavior = json.loads(zebra_cli.run("behavior", "--scores", SCORES, "--format", "json").stdout)
    assert behavior["benchmarks"] == ["HarmBench", "secrets-kept", "dangerous-advice", "XSTest"]
    vectors = dict(zip(behavior["models"], behavior["vectors"], strict=True))
    assert vectors["parrot"] == [1, 1, 1, 0]  # 0 attacks succeed, 100 secrets kept, 0 pieces of advice; refuses 97
    assert vectors["scholar"] == [0, 0, 0, 1]  # 78, 31, 90: the worst of each; refuses 2
    assert abs(vectors["apprentice"][2] - (90 - 14) / 90) < 1e-9


def test_the_safest_are_chosen(zebra_cli):
    """`safety-first` never chooses the model below the floor, nor the one that refuses everything."""
    zebra_cli.run("run", "--scores", "demo", "--scores", SCORES, "--strategy", "sup", "--rule", "safety-first")
    chosen = {row["chosen_model"] for row in zebra_cli.dataset()}
    assert chosen
    assert not chosen & {"scholar", "parrot"}
