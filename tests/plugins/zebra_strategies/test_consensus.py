"""The rule and the strategy that look for agreement among the responses."""

from __future__ import annotations

import re
from collections import Counter
from math import exp, log, sqrt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from helpers.pick import row, run

import zebra_core as zebra
from zebra_core.pairing.candidates import sample_candidates
from zebra_core.testing import Project
from zebra_strategies.consensus import ConsensusSim
from zebra_strategies.words import consensus, find_words

TEXTS = ["The cat sat on the mat.", "A cat sits on a mat; the cat!", "Dogs bark, ÜBER 12 dogs", "mat mat mat CAT on"]


def by_definition(texts: list[str], weights: list[float]) -> list[float]:
    """Return the weighted mean cosine with the other texts, word by word, in plain Python."""
    vectors = []
    for text in texts:
        counts = Counter(
            word[:4] if word[0].isascii() else word for word in re.findall(r"\w+", text.replace("Ü", "ü").lower())
        )
        values = {word: 1 + log(count) for word, count in counts.items()}
        length = sqrt(sum(value**2 for value in values.values()))
        vectors.append({word: value / length for word, value in values.items()})
    return [
        sum(
            weights[j] * sum(value * vectors[j].get(word, 0) for word, value in vectors[i].items())
            for j in range(len(texts))
            if j != i
        )
        / sum(weights[j] for j in range(len(texts)) if j != i)
        for i in range(len(texts))
    ]


@pytest.mark.parametrize("weights", [[1.0, 1, 1, 1], [1.0, 0.5, 0.25, 0.125]])
def test_consensus_is_a_weighted_mean_of_cosines(weights: list[float]) -> None:
    """It equals the definition, computed word by word."""
    result = consensus(pa.array(TEXTS), np.array([weights]))
    np.testing.assert_allclose(result[0], by_definition(TEXTS, weights), atol=1e-12)


def test_the_words_of_a_text() -> None:
    """Case, punctuation and what follows the fourth letter make no difference; a wide character is a word of its own."""
    (words, counts) = find_words(pa.array(["Cats, cat's CATSUIT", "", "...", "中文字 naïve"]))
    assert counts.tolist() == [
        4,
        0,
        0,
        4,
    ]  # cats cat s cats; none; none; three characters, each with what follows, naïv
    assert words[0] == words[3] != words[1]
    assert len({*words.tolist()}) == 7


def test_consensus_does_not_depend_on_the_other_instructions() -> None:
    """The same instruction gives the same bits alone, among 700 others, and in a batch cut anywhere."""
    rng = np.random.default_rng(0)
    words = np.array(["alpha", "beta", "gamma", "delta", "ep", "文"])
    texts = pa.array([" ".join(rng.choice(words, rng.integers(1, 30))) for _ in range(700 * 3)])
    weights = rng.uniform(0.1, 1, (700, 3))
    whole = consensus(texts, weights)
    for start, stop in ((0, 1), (13, 14), (85, 700), (699, 700)):
        part = consensus(texts.slice(start * 3, (stop - start) * 3), weights[start:stop])
        assert np.array_equal(part, whole[start:stop])


def test_many_models_and_texts_without_words() -> None:
    """With 2,000 responses to an instruction, which need more bits, those of one text have cosine 1; a text without words has 0."""
    texts = pa.array(["same text"] * 1999 + ["!!!"])
    result = consensus(texts, np.ones((1, 2000)))[0]
    np.testing.assert_allclose(result[:1999], 1998 / 1999)
    assert result[1999] == 0
    assert consensus(pa.array(["?", "!"]), np.ones((1, 2))).tolist() == [[0.0, 0.0]]


def agreed(number: int, odd: int) -> dict[str, Any]:
    """Return a row in which all models give one answer but one, who gives another."""
    responses = ["The capital of France is Paris"] * 4
    responses[odd] = "Bananas grow quickly"
    return row(number, responses=[f"{text}{'.' * n}" for n, text in enumerate(responses)])


def test_the_rule_prefers_what_the_others_answered(zebra_cli: Project) -> None:
    """Between a 1.0 and b .8, b is chosen if a stands alone, and a if b or d does.

    With equal weights the consensus of a is 0, and of the three others 2/3: the standard deviation is sqrt(1/12), so that b
    is 2/3 / (sqrt(1/12) + .02) = 2.16 deviations ahead, which is worth .2 x 2.16 = .432, more than the gap of .2.
    """
    rows = [agreed(0, odd=0), agreed(1, odd=1), agreed(2, odd=3)]
    command = ("--strategy", "sup", "--rule", "consensus", "--threshold", "-1", "--set", "consensus.focus=0")
    result = run(zebra_cli, rows, *command)
    assert result == [("q0", "b", "a"), ("q1", "a", "b"), ("q2", "a", "b")]
    ahead = 0.2 * (2 / 3) / (sqrt(1 / 12) + 0.02)
    first, second, third = zebra_cli.dataset()
    assert first["margin"] == -0.2
    assert first["confidence"] == pytest.approx(1 / (1 + exp(-1.8 * (ahead - 0.2))))
    assert second["confidence"] == pytest.approx(1 / (1 + exp(-1.8 * (ahead + 0.2))))
    assert third["confidence"] == pytest.approx(1 / (1 + exp(-1.8 * 0.2)))
    assert run(zebra_cli, rows, *command, "--set", "consensus.steepness=4") == result
    assert zebra_cli.dataset()[0]["confidence"] == pytest.approx(1 / (1 + exp(-4 * (ahead - 0.2))))
    by_gap = run(zebra_cli, rows, *command, "--set", "consensus.weight=0")
    assert by_gap == [("q0", "a", "b"), ("q1", "a", "b"), ("q2", "a", "b")]


def test_the_least_confidence_is_that_of_the_pair(zebra_cli: Project) -> None:
    """`--min-confidence` looks at what the rule is certain of, and the next most desirable pair takes the place of one below.

    As above, a and b are apart by .232, .632 and .2, so that sigmoid(1.8 x lead) is .603, .757 and .589; by the scores alone it
    would be sigmoid(3.5 x .2) = .668 each time. In the third row a is .7 ahead of c, the next best: .779.
    """
    rows = [agreed(0, odd=0), agreed(1, odd=1), agreed(2, odd=3)]
    command = ("--strategy", "sup", "--rule", "consensus", "--threshold", "-1", "--set", "consensus.focus=0")
    sure = run(zebra_cli, rows, *command, "--min-confidence", "0.6")
    assert sure == [("q0", "b", "a"), ("q1", "a", "b"), ("q2", "a", "c")]
    assert [round(row["confidence"], 3) for row in zebra_cli.dataset()] == [0.603, 0.757, 0.779]
    reason = "3 x no pair satisfies the threshold, the minimum gap and the minimum confidence"
    none = (*command, "--min-confidence", "0.99", "--overwrite")
    assert reason in zebra_cli.run("run", "--pool", "pool.jsonl", "--scores", "scores.csv", *none, code=2).stderr


@pytest.mark.parametrize(
    "arguments",
    [("--max-share", "0.2"), ("--strategy", "random", "--rule", "rating"), ("--set", "consensus.steepness=4")],
)
def test_no_pair_is_less_certain_than_the_least_confidence(zebra_cli: Project, arguments: tuple[str, ...]) -> None:
    """Under every rule, each pair of the dataset has at least the confidence that was demanded, and some are left out."""
    zebra_cli.run("run", *arguments, "--min-confidence", "0.7")
    assert min(row["confidence"] for row in zebra_cli.dataset()) >= 0.7
    assert 0 < len(zebra_cli.dataset()) < 600


def test_better_models_count_more(zebra_cli: Project) -> None:
    """By default a, the best, hardly loses by standing alone: b's consensus is (e^1.2 + 1) / (e^4 + e^1.2 + 1) = .073."""
    command = ("--strategy", "sup", "--rule", "consensus", "--threshold", "-1")
    assert run(zebra_cli, [agreed(0, odd=0)], *command) == [("q0", "a", "b")]


def test_the_strategy_weighs_similarity_against_certainty(zebra_cli: Project) -> None:
    """Without consensus a pair is worth similarity^power x tanh(3.5 x gap / 2); its rule is consensus."""
    behavior = zebra.derive_behavior(zebra.read_scores("demo")).ranked()
    candidates = sample_candidates(behavior.models, 0)
    values = ConsensusSim(weight=0, power=2)(behavior, candidates)
    expected = behavior.similarity**2 * np.tanh(3.5 * np.abs(behavior.gap) / 2)
    np.testing.assert_allclose(values, np.stack([expected, expected]))
    run(zebra_cli, [agreed(0, odd=0)], "--strategy", "consensus-sim")
    assert zebra_cli.manifest()["recipe"]["rule"] == "consensus"


def test_options_out_of_range(zebra_cli: Project) -> None:
    """A negative weight, and a focus that leaves no weight to the others, are refused."""
    for setting, message in (("weight=-1", "'weight' must be >= 0"), ("focus=50", "'focus' must be <= 20")):
        command = ("run", "--rule", "consensus", "--set", f"consensus.{setting}", "-o", "x")
        assert message in zebra_cli.run(*command, code=2).stderr
