"""Near-duplicates: signatures estimate the exact share of common phrases, and clusters are what it connects."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

import zebra_core as zebra
from zebra_mix.near import CERTAINTY, HASHES, band_rows, find_clusters, signatures


def words(start: int, count: int) -> str:
    """Consecutive words of one endless text."""
    return " ".join(f"w{number}" for number in range(start, start + count))


def jaccard(one: str, other: str) -> float:
    """The exact share of the common phrases of three words."""
    sets = [{*zip(text.split(), text.split()[1:], text.split()[2:], strict=False)} for text in (one, other)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def clusters(*texts: str, threshold: float = 0.8) -> list[int]:
    """The clusters of prompts, numbered by their first prompt."""
    prompts = pa.array(texts)
    numbers = find_clusters([prompts], threshold).of(zebra.prompt_keys(prompts)).tolist()
    return [numbers.index(number) for number in numbers]


def test_a_signature_estimates_the_exact_share() -> None:
    """Over 40 pairs of texts, the share of equal numbers is within four standard errors of the Jaccard similarity, and unbiased."""
    pairs = [(words(0, 60 + shift), words(shift, 60 + 2 * shift)) for shift in range(1, 41)]
    exact = np.array([jaccard(*pair) for pair in pairs])
    one, other = (signatures(pa.array(texts)) for texts in zip(*pairs, strict=True))
    estimate = (one == other).mean(axis=1)
    assert exact.min() < 0.4
    assert exact.max() > 0.9
    assert (abs(estimate - exact) <= 4 * np.sqrt(exact * (1 - exact) / HASHES)).all()
    assert abs((estimate - exact).mean()) < 0.02


def test_alike_and_different_prompts() -> None:
    """Of 100 words, one that differs leaves 95 of 101 phrases common (.94), and every tenth leaves fewer than half."""
    text = words(0, 100)
    close, far = text.replace("w50 ", "other "), " ".join("x" if n % 10 == 5 else f"w{n}" for n in range(100))
    assert jaccard(text, close) == 95 / 101
    assert jaccard(text, far) == 68 / 128
    assert clusters(text, close, far) == [0, 0, 2]
    assert clusters(text, close, far, threshold=1) == [0, 1, 2]


def test_a_chain_is_one_cluster() -> None:
    """Texts that are alike to a third are in one cluster, even if they are not to each other."""
    first, middle, last = (words(shift, 300) for shift in (0, 20, 40))
    assert jaccard(first, middle) == jaccard(middle, last) == 278 / 318
    assert jaccard(first, last) == 258 / 338
    assert clusters(first, last, threshold=0.82) == [0, 1]
    assert clusters(first, last, middle, threshold=0.82) == [0, 0, 0]


def test_short_prompts_are_alike_only_if_equal() -> None:
    """Case, white space and punctuation of a longer prompt make no difference; prompts of one or two words are compared whole."""
    assert clusters("Go!", "Stop!", "go!", "Go on", "") == [0, 1, 0, 3, 4]
    assert clusters("What is the time now?", "what is  the time, now", "What is the date now?") == [0, 0, 2]


def test_prompts_in_several_batches() -> None:
    """The same prompt in two batches is one, and near-duplicates are found across them."""
    batches = [pa.array([words(0, 100), "a b c d"]), pa.array([words(0, 101), words(0, 100)])]
    result = find_clusters(batches, 0.8)
    assert len(result.keys) == 3
    numbers = result.of(zebra.prompt_keys(pa.concat_arrays(batches)))
    assert numbers[0] == numbers[2] == numbers[3] != numbers[1]


@pytest.mark.parametrize(("threshold", "rows"), [(0.8, 6), (0.5, 3), (1.0, 128)])
def test_bands(threshold: float, rows: int) -> None:
    """A band is as long as it can be: at .8, 21 bands of 6 find 1 - (1 - .8^6)^21 = .998, and 18 of 7 only .9855."""
    assert band_rows(threshold) == rows
    assert 1 - (1 - threshold**rows) ** (HASHES // rows) >= CERTAINTY
    assert round(1 - (1 - 0.8**7) ** (HASHES // 7), 4) == 0.9855


def test_many_copies_are_one_cluster() -> None:
    """A thousand variants of a text, each with a number of its own at the end, are one cluster, and a thousand texts are not."""
    variants = [f"{words(0, 60)} number {number}" for number in range(1000)]
    texts = [words(100 + 50 * number, 40) for number in range(1000)]
    numbers = clusters(*variants, *texts)
    assert {*numbers[:1000]} == {0}
    assert numbers[1000:] == [*range(1000, 2000)]


def test_pairs_below_a_long_common_text() -> None:
    """2,000 prompts share a text of 60 words, which leaves any two at .59; of those that also share 19 of 20 more, most are found."""
    shared, size = words(0, 60), 20
    tails = [words(100 + 50 * number, size) for number in range(1000)]
    texts = [f"{shared} {tail}" for tail in tails] + [f"{shared} {tail.rpartition(' ')[0]} end" for tail in tails]
    assert jaccard(texts[0], texts[1]) == 58 / (78 + 78 - 58)
    assert jaccard(texts[0], texts[1000]) == 77 / 79
    numbers = clusters(*texts)
    assert sum(numbers[place] == numbers[place + 1000] for place in range(1000)) > 990
    assert len({*numbers[:1000]}) > 990
