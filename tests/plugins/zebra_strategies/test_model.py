"""Strategies and the rule that depend only on the models."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.pick import row, run

import zebra_core as zebra
from zebra_core.testing import Project


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
    """Each strategy picks the pair that its description says; with masks, the next one."""
    assert run(zebra_cli, [row(1)], "--strategy", strategy, *arguments) == [("q1", *pair)]


def test_certainty_of_the_order(plugins: zebra.Plugins) -> None:
    """Of gaps .1, .5, .4 and similarities .99, .6, .9 the last is the most desirable: .9 x tanh(.7) = .544, against .171 and .422."""
    alike = np.array([[1, 0.99, 0.6], [0.99, 1, 0.9], [0.6, 0.9, 1]])
    behavior = zebra.Behavior(tuple("abc"), ("x",), np.zeros((3, 1)), np.array([0.9, 0.8, 0.4]), alike)
    expected = plugins.find("strategy", "confident-sim").bind()(behavior)
    assert [expected[0, 1], expected[0, 2], expected[1, 2]] == pytest.approx([0.1715, 0.4223, 0.5439], abs=1e-4)


def test_better_on_most_benchmarks(plugins: zebra.Plugins) -> None:
    """a is ahead of b on one of three, of c on two, b of c on three; ties do not count."""
    vectors = np.array([[1, 0.5, 0.4], [0.2, 0.5, 0.9], [0.1, 0.4, 0.5]])
    behavior = zebra.Behavior(tuple("abc"), tuple("xyz"), vectors, vectors.mean(axis=1).round(12), np.eye(3))
    expected = plugins.find("strategy", "consistent").bind()(behavior)
    assert [int(expected[0, 1]), int(expected[0, 2]), int(expected[1, 2])] == [1, 2, 3]
    assert expected[1, 2] == 3 + (1.6 - 1.0) / 3 / 2
