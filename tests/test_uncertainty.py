"""Normalisations, standard errors, confidence, and what happens without one benchmark."""

from __future__ import annotations

from statistics import NormalDist

import attrs
import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.confidence import confidence
from zebra_core.testing import Project

NAN = float("nan")


def dot(vectors: np.ndarray) -> np.ndarray:
    return vectors @ vectors.T


def one(values: list[float], **described: object) -> zebra.ScoreTable:
    benchmark = zebra.Benchmark("b", **{"direction": "higher", **described})  # type: ignore[arg-type]
    return zebra.ScoreTable([f"m{k}" for k in range(len(values))], [benchmark], np.array(values)[:, None])


@pytest.mark.parametrize(
    ("how", "described", "expected"),
    [
        ("minmax", {}, [1, 0.5, 0]),  # of 30, 20, 10
        ("range", {"bounds": (0, 100)}, [0.3, 0.2, 0.1]),
        ("range", {"bounds": (0, 100), "direction": "lower"}, [0.7, 0.8, 0.9]),
        ("range", {"bounds": (0, 100), "direction": 20.0}, [1 - 10 / 80, 1, 1 - 10 / 80]),  # 80 is as far as it can be
        ("rank", {}, [1, 0.5, 0]),
        ("zscore", {}, [NormalDist().cdf(z) for z in (1.5**0.5, 0, -(1.5**0.5))]),  # deviation sqrt(200 / 3)
    ],
)
def test_normalisations(how: str, described: dict[str, object], expected: list[float]) -> None:
    """Each brings 30, 20 and 10 to [0, 1], 1 is best."""
    table = one([30, 20, 10], **described)
    found = zebra.derive_behavior(table, dot, zebra.Recipe(normalisation=how))  # type: ignore[arg-type]
    np.testing.assert_allclose(found.vectors[:, 0], expected, atol=1e-12)


def test_ranks_of_ties_stand_in_the_middle() -> None:
    """Of 10, 20, 20, 30 the two in the middle share places 1 and 2 of 0 to 3."""
    found = zebra.derive_behavior(one([10, 20, 20, 30]), dot, zebra.Recipe(normalisation="rank"))
    np.testing.assert_allclose(found.vectors[:, 0], [0, 0.5, 0.5, 1])


def test_range_needs_bounds() -> None:
    """A benchmark without bounds is named, with what to add."""
    with pytest.raises(zebra.ZebraError, match=r"'b' has no bounds.*bounds = \[LOW, HIGH\]"):
        zebra.derive_behavior(one([1, 2]), dot, zebra.Recipe(normalisation="range"))


def test_superiority_has_an_error(three: zebra.ScoreTable) -> None:
    """Errors 1 and .4 on scales of 10 and 4 are .1 and .1; the mean of two has sqrt(.01 + .01) / 2; one unknown, unknown."""
    stderr = np.array([[1, 0.4], [1, NAN], [0, 0.4]])
    known = zebra.derive_behavior(attrs.evolve(three, stderr=stderr), dot)
    np.testing.assert_allclose(known.stderr, [2**0.5 / 20, NAN, 0.05])


def test_confidence() -> None:
    """Phi(gap / error) where the error is known: .5 after two errors of .25 is Phi(2) = .9772; else sigmoid(3.5 x gap)."""
    found = confidence(np.array([0.5, 0.5, -0.5]), np.array([0.25, NAN, 0.25]))
    np.testing.assert_allclose(found, [0.977249868, 1 / (1 + np.exp(-1.75)), 0.022750132])


def test_the_confidence_of_a_pair(zebra_cli: Project) -> None:
    """A table with errors gives confidences from them, and --min-confidence masks the pairs below.

    GSM8K 60, 50, 0 with errors of 6: gaps 1/6 and 5/6 of the scale, errors .1 each, so of a gap sqrt(2) / 10.
    """
    zebra_cli.write(
        "s.json",
        '{"benchmarks": {"GSM8K": {}}, "scores": {"a": {"GSM8K": 60}, "b": {"GSM8K": 50}, "c": {"GSM8K": 0}},'
        ' "stderr": {"a": {"GSM8K": 6}, "b": {"GSM8K": 6}, "c": {"GSM8K": 6}}}',
    )
    zebra_cli.write("p.jsonl", '{"instruction": "q", "a": "x", "b": "y", "c": "z"}\n')
    command = ("run", "--pool", "p.jsonl", "--scores", "s.json", "--threshold", "-1", "-o")
    zebra_cli.run(*command, "all")
    (row,) = zebra_cli.dataset("all")
    assert row["confidence"] == pytest.approx(NormalDist().cdf(1 / 6 / 0.02**0.5))
    zebra_cli.run(*command, "sure", "--min-confidence", "0.99")
    (row,) = zebra_cli.dataset("sure")
    assert (row["chosen_model"], row["rejected_model"]) == (
        "a",
        "c",
    )  # b over c is sure as well, and of less superiority


def test_leaving_one_benchmark_out() -> None:
    """a leads by x alone: (1, 0, 0) against (0, .4, .4) is 1/3 to .27; without x it falls behind, without y or z it does not."""
    values = np.array([[1.0, 0, 0], [0, 0.4, 0.4], [0, 0, 1], [0, 1, 0]])
    benchmarks = [zebra.Benchmark(b, direction="higher") for b in "xyz"]
    known = zebra.derive_behavior(zebra.ScoreTable("abcd", benchmarks, values), dot)
    assert known.flips()[0, 1] == known.flips()[1, 0] == 1
    assert known.flips()[2, 3] == 0  # a tie has no order to turn


def test_axes_and_weights(zebra_cli: Project) -> None:
    """--axis math=1 --axis reasoning=3: the axis' weight is shared by its benchmarks, weighted; the others count nothing."""
    zebra_cli.write("s.csv", "model,gsm8k,math,hellaswag,mmlu\na,1,0,0,9\nb,0,1,0,0\nc,0,0,1,0\n")
    recipe = zebra.make_recipe({"axes": {"math": 1, "reasoning": 3}, "benchmarks": {"gsm8k": {"weight": 3}}})
    table = zebra.read_scores("s.csv", recipe=recipe)
    assert [b.weight for b in table.benchmarks] == [0.75, 0.25, 3, 0]
    assert zebra.derive_behavior(table, dot).superiority.tolist() == [0.1875, 0.0625, 0.75]
