"""From scores to ability vectors, superiority and similarity."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from helpers.scores_by_hand import NAN, dot

import zebra_core as zebra
from zebra_core.testing import Project


def test_superiority_has_an_error(three: zebra.ScoreTable) -> None:
    """Errors 1 and .4 on scales of 10 and 4 are .1 and .1; the mean of two has sqrt(.01 + .01) / 2; one unknown, unknown."""
    stderr = np.array([[1, 0.4], [1, NAN], [0, 0.4]])
    behavior = zebra.derive_behavior(attrs.evolve(three, stderr=stderr), dot)
    np.testing.assert_allclose(behavior.stderr, [2**0.5 / 20, NAN, 0.05])


def test_leaving_one_benchmark_out() -> None:
    """a leads by x alone: (1, 0, 0) against (0, .4, .4) is 1/3 to .27; without x it falls behind, without y or z it does not."""
    values = np.array([[1.0, 0, 0], [0, 0.4, 0.4], [0, 0, 1], [0, 1, 0]])
    benchmarks = [zebra.Benchmark(b, direction="higher") for b in "xyz"]
    behavior = zebra.derive_behavior(zebra.ScoreTable("abcd", benchmarks, values), dot)
    assert behavior.flips()[0, 1] == behavior.flips()[1, 0] == 1
    assert behavior.flips()[2, 3] == 0  # a tie has no order to turn


def test_axes_and_weights(zebra_cli: Project) -> None:
    """--axis math=1 --axis reasoning=3: an axis shares its weight among its benchmarks; all others have none."""
    zebra_cli.write("s.csv", "model,gsm8k,math,hellaswag,mmlu\na,1,0,0,9\nb,0,1,0,0\nc,0,0,1,0\n")
    recipe = zebra.make_recipe({"axes": {"math": 1, "reasoning": 3}, "benchmarks": {"gsm8k": {"weight": 3}}})
    table = zebra.read_scores("s.csv", recipe=recipe)
    assert [b.weight for b in table.benchmarks] == [0.75, 0.25, 3, 0]
    assert zebra.derive_behavior(table, dot).superiority.tolist() == [0.1875, 0.0625, 0.75]


def test_min_max_and_mean(three: zebra.ScoreTable) -> None:
    """10, 5, 0 become 1, .5, 0 and 6, 4, 2 become 1, .5, 0 (Eq. 2 of KARMA); superiority is their mean (Eq. 1 of ZEBRA)."""
    behavior = zebra.derive_behavior(three, dot)
    assert behavior.vectors.tolist() == [[1, 1], [0.5, 0.5], [0, 0]]
    assert behavior.superiority.tolist() == [1, 0.5, 0]
    assert behavior.similarity.tolist() == [[2, 1, 0], [1, 0.5, 0], [0, 0, 0]]


def test_weights(three: zebra.ScoreTable) -> None:
    """Superiority is a weighted mean: with x = 1, 0, .5 and y = 1, .5, 0, weights 3 and 1 give 1, .125, .375."""
    values = np.array([[10.0, 6.0], [0.0, 4.0], [5.0, 2.0]])
    benchmarks = (zebra.Benchmark("MMLU", direction="higher", weight=3), zebra.Benchmark("IFEval", direction="higher"))
    behavior = zebra.derive_behavior(attrs.evolve(three, values=values, benchmarks=benchmarks), dot)
    assert behavior.superiority.tolist() == [1, 0.125, 0.375]  # (3*0 + .5) / 4, (3*.5 + 0) / 4


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("lower", [0, 0.5, 1]),  # 10, 5, 0: the least is best
        (4.0, [0, 1, 0.4]),  # distances 6, 1, 4: (6 - 6) / 5, (6 - 1) / 5, (6 - 4) / 5
    ],
)
def test_direction(three: zebra.ScoreTable, direction: zebra.Direction, expected: list[float]) -> None:
    """Lower may be better, or a target value may be best."""
    table = attrs.evolve(
        three, benchmarks=(zebra.Benchmark("x", direction=direction), zebra.Benchmark("IFEval", direction="higher"))
    )
    assert zebra.derive_behavior(table, dot).vectors[:, 0].tolist() == expected


def test_a_mirrored_table_is_the_same() -> None:
    """Every benchmark negated and declared lower-is-better gives the same numbers."""
    values = np.random.default_rng(1).random((7, 4))
    models = [f"m{k}" for k in range(7)]
    up = zebra.ScoreTable(models, [zebra.Benchmark(b, direction="higher") for b in "wxyz"], values)
    down = zebra.ScoreTable(models, [zebra.Benchmark(b, direction="lower") for b in "wxyz"], -values)
    one, other = zebra.derive_behavior(up, dot), zebra.derive_behavior(down, dot)
    assert (one.vectors == other.vectors).all()
    assert (one.superiority == other.superiority).all()


def test_a_constant_benchmark(three: zebra.ScoreTable) -> None:
    """A benchmark on which all models are equal is an error that names it."""
    table = attrs.evolve(three, values=np.array([[1.0, 7.0], [2.0, 7.0], [3.0, 7.0]]))
    with pytest.raises(zebra.ZebraError, match=r"all 3 models have the same score on 'IFEval' \(7\)"):
        zebra.derive_behavior(table, dot)


def test_equal_means_tie() -> None:
    """.1 + .2 + .3 and .3 + .2 + .1 differ in the last bit, and still tie."""
    rows = [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0, 0, 0], [1, 1, 1]]
    table = zebra.ScoreTable("abcd", [zebra.Benchmark(b, direction="higher") for b in "xyz"], np.array(rows, float))
    behavior = zebra.derive_behavior(table, dot)
    assert behavior.superiority[0] == behavior.superiority[1]
    assert behavior.ranked().models == ("d", "a", "b", "c")


@pytest.mark.parametrize(
    ("similarity", "message"),
    [
        (lambda v: np.zeros((2, 2)), r"shape \(3, 3\).*got \(2, 2\)"),
        (lambda v: np.full((3, 3), np.nan), "must be finite, got nan in 9 of 9 cells"),
        (lambda v: np.arange(9.0).reshape(3, 3), "must be symmetric"),
    ],
)
def test_a_similarity_is_checked(three: zebra.ScoreTable, similarity: zebra.Similarity, message: str) -> None:
    """A similarity of the wrong shape, with NaN, or not symmetric is a PluginError that says so."""
    with pytest.raises(zebra.PluginError, match=message):
        zebra.derive_behavior(three, similarity)


def test_similarity_of_a_large_table_is_computed_for_some_models() -> None:
    """A pairwise measure of 501 models is asked about two of them: 1 - |.998 - 0| is .002; the whole matrix agrees."""
    sizes = []

    @zebra.pairwise
    def near(vectors: zebra.Matrix) -> zebra.Matrix:
        sizes.append(len(vectors))
        return 1 - np.abs(vectors - vectors.T)

    values = np.arange(501.0)[:, None]
    table = zebra.ScoreTable(map(str, range(501)), [zebra.Benchmark("x", direction="higher")], values)
    behavior = zebra.derive_behavior(table, near)
    one, other = np.array([499]), np.array([0])
    assert behavior.pair_similarity(one, other).tolist() == [0.002]  # 499 / 500 = .998
    assert sizes == [8, 8, 2]  # a sample of 8, twice, shows that it repeats itself
    assert behavior.as_dict()["similarity"] is None
    assert behavior.similarity[499, 0] == 0.002


def test_measure_of_the_whole_table_is_called_once() -> None:
    """A measure that does not declare that it is pairwise receives all 501 models, once, whatever is asked later; and a sample before."""
    sizes = []

    def scaled(vectors: zebra.Matrix) -> zebra.Matrix:
        sizes.append(len(vectors))
        return -np.abs(vectors - vectors.T) / np.median(vectors)

    table = zebra.ScoreTable(
        map(str, range(501)), [zebra.Benchmark("x", direction="higher")], np.arange(501.0)[:, None]
    )
    behavior = zebra.derive_behavior(table, scaled)
    some = behavior.take([500, 0])
    assert some.similarity[0, 1] == -2  # |1 - 0| / .5, the median of the whole table
    assert sizes == [8, 8, 501]  # the sample, twice, and the whole
