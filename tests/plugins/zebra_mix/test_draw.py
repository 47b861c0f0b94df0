"""How many pairs each dataset gives, which, in what order, and to which split."""

from __future__ import annotations

import numpy as np
import pytest

import zebra_core as zebra
from zebra_mix.draw import amounts, bits, draw, rounded
from zebra_mix.rows import CLEAN, Rows
from zebra_mix.settings import Settings, read_split, read_weights
from zebra_mix.splits import divide
from zebra_mix.write import interleaved


def rows(*prompts: list[int]) -> Rows:
    """The rows of several parts, from the numbers of their prompts."""
    part = np.repeat(np.arange(len(prompts)), [len(each) for each in prompts])
    prompt = np.array([number for each in prompts for number in each], np.uint64)
    return Rows(part, prompt, prompt.copy(), np.full(len(part), CLEAN), [])


@pytest.mark.parametrize(
    ("counts", "weights", "asked", "expected"),
    [
        ([600, 600], (2, 1), None, [600, 300]),  # two thirds of 900
        ([600, 100], (2, 1), None, [200, 100]),  # the second limits the mix to 3 x 100
        ([600, 600], (2, 1), 31, [21, 10]),  # 20.67 and 10.33
        ([5, 5, 5], (1, 1, 1), 10, [4, 3, 3]),  # three times 3.33: the first is rounded up
        ([600, 300], (), None, [600, 300]),
        ([600, 300], (), 300, [200, 100]),  # in proportion to their sizes
        ([7, 7], (0.3, 0.1), None, [7, 2]),  # 9.33, of which 7 and 2.33
    ],
)
def test_amounts(counts: list[int], weights: tuple[float, ...], asked: int | None, expected: list[int]) -> None:
    """As many pairs as there are without repeating one, in the proportion of the weights."""
    assert amounts(counts, "abc", Settings(weights=weights, rows=asked)) == expected


def test_more_rows_than_there_are() -> None:
    """The error says how many there are, and which dataset limits them."""
    text = "--rows 301 is more than there are without repeating a pair: 700 pairs, and b has 100 for 33.3% of the mix; ask for at most 300"
    with pytest.raises(zebra.ZebraError, match=text):
        amounts([600, 100], "ab", Settings(weights=(2, 1), rows=301))
    with pytest.raises(zebra.ZebraError, match="700 pairs; ask for at most 700"):
        amounts([600, 100], "ab", Settings(rows=701))


def test_whole_prompts_are_drawn() -> None:
    """Of 10 prompts with 4 pairs each, 18 pairs are 4 whole prompts and 2 pairs of another; other seeds draw others."""
    mixed = rows([*np.repeat(np.arange(10), 4)])
    drawn = draw(mixed, [18], seed=0)
    assert sorted(np.bincount(mixed.prompt[drawn].astype(int), minlength=10)) == [0, 0, 0, 0, 0, 2, 4, 4, 4, 4]
    assert drawn.tolist() == draw(mixed, [18], seed=0).tolist()
    assert len({tuple(draw(mixed, [18], seed=seed)) for seed in range(20)}) > 10


def test_every_prompt_is_as_likely() -> None:
    """Over 2,000 seeds each of 10 prompts is drawn 3 times in 10: within four standard errors, sqrt(.3 x .7 / 2000) = .0102."""
    mixed = rows([*range(10)])
    share = np.mean([draw(mixed, [3], seed) for seed in range(2000)], axis=0)
    assert (abs(share - 0.3) < 4 * 0.0102).all()


def test_a_contaminated_row_is_not_drawn() -> None:
    """Of three rows of which one is in a test set, the two others are drawn."""
    mixed = rows([1, 2, 3])
    mixed.test[1] = 0
    assert draw(mixed, [2], 0).tolist() == [True, False, True]


def test_the_order() -> None:
    """Four and two rows are at 1/8, 3/8, 5/8, 7/8 and 1/4, 3/4; a source without rows has no place."""
    assert interleaved([4, 2]).tolist() == [0, 1, 0, 0, 1, 0]
    assert interleaved([0, 2, 1]).tolist() == [1, 2, 1]


def test_ids_that_need_a_name() -> None:
    """An id is ambiguous if another part has it with another prompt; the same instruction in both parts keeps it."""
    mixed = rows([1, 2, 3, 3], [1, 4, 5])
    mixed.id[:] = [1, 2, 3, 3, 1, 2, 6]
    assert mixed.ambiguous().tolist() == [False, True, False, False, False, True, False]


def test_bits_are_splitmix64() -> None:
    """With the seed 0 as state, the first three numbers are those of the reference implementation (Vigna, splitmix64.c)."""
    golden = 0x9E3779B97F4A7C15
    expected = [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
    assert [int(bits(np.zeros(1, np.uint64), seed)[0]) for seed in (1, 2, 3)] == expected
    assert int(bits(np.array([golden], np.uint64), 1)[0]) == expected[1]


def test_splits_are_as_close_as_clusters_allow() -> None:
    """Clusters of 5, 1, 1, 1, 1 and 1 rows make halves; of 6 and 4 rows, .95 and .05 become 6 and 4."""
    halves = divide(np.repeat(np.arange(6), [5, 1, 1, 1, 1, 1]), {"a": 0.5, "b": 0.5}, 0)
    assert np.bincount(halves).tolist() == [5, 5]
    assert len({*halves[:5]}) == 1
    assert np.bincount(divide(np.repeat([0, 1], [6, 4]), {"a": 0.55, "b": 0.45}, 0)).tolist() == [6, 4]


def test_single_prompts_are_divided_exactly_and_by_chance() -> None:
    """1,000 prompts make 950, 30 and 20; which are in the test differs by seed, and all are about as likely."""
    shares = {"train": 0.95, "validation": 0.03, "test": 0.02}
    splits = np.array([divide(np.arange(1000), shares, seed) for seed in range(200)])
    assert {tuple(np.bincount(split)) for split in splits} == {(950, 30, 20)}
    assert (splits == 2).sum(axis=0).max() < 20  # 4 expected of each, with a standard deviation of 2


def test_a_split_without_pairs() -> None:
    """The error names the split, and what to do."""
    text = (
        "the split 'test' gets no pair: 0.1 of 4 pairs, and near-duplicates are kept together \\(1 groups\\); give it"
    )
    with pytest.raises(zebra.ZebraError, match=text):
        divide(np.zeros(4, int), {"train": 0.9, "test": 0.1}, 0)


def test_rounded() -> None:
    """The largest fractions are rounded up, so that the sum is kept."""
    assert rounded([1.2, 1.7, 1.1], 4) == [1, 2, 1]
    assert rounded([0.95 * 20, 0.05 * 20], 20) == [19, 1]


@pytest.mark.parametrize("text", ["1", "1,2,3", "1,x", "1,0", "1,-1", "1,nan", "1,inf", "1,"])
def test_weights_that_are_refused(text: str) -> None:
    """Anything but one number above 0 for each dataset is an error that shows what to write."""
    with pytest.raises(zebra.ZebraError, match=r"write such as --weights 2,1$"):
        read_weights(text, 2)


@pytest.mark.parametrize("text", ["train", "train=1,train=0", "a=.5,b=.4", "a=1.5,b=-.5", "a/b=1", "a=.5,a=.5", "=1", "a=x"])  # fmt: skip
def test_splits_that_are_refused(text: str) -> None:
    """Anything but different names whose shares add up to 1 is an error that shows what to write."""
    with pytest.raises(zebra.ZebraError, match=r"write such as --split train=0\.95,test=0\.05"):
        read_split(text)
    assert read_split("train=.9, test=0.1") == {"train": 0.9, "test": 0.1}
