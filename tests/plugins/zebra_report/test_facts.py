"""Facts about the texts of pairs."""

from __future__ import annotations

import random

import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.facts import SAME, common_words, facts_of

WORDS = [f"word{number}" for number in range(200)]


@pytest.mark.parametrize(
    ("chosen", "rejected", "expected"),
    [
        ("a b c", "A  b\nC ", SAME),
        ("a b c d", "a b c e", 3 / 5),
        ("", "  ", SAME),
        ("a", "", 0),
        (" ".join(WORDS), " ".join([*WORDS[:100], "other", *WORDS[101:]]), 199 / 201),
        (" ".join(WORDS), " ".join(f"other{number}" for number in range(200)), 0),
        ("字" * 300, "字" * 299 + "x", 0),
    ],
)
def test_common_words(chosen: str, rejected: str, expected: float) -> None:
    """It is the number of words in both by the number of words in either, whatever the case; of one word each it is 0 or the same."""
    assert common_words(chosen, rejected) == pytest.approx(expected)


def test_phrases_miss_nothing_alike() -> None:
    """Of 300 texts of which three words of 120 are others, not one is taken for unlike."""
    draw = random.Random(4)
    for _ in range(300):
        words, places = draw.sample(WORDS, 120), {*draw.sample(range(120), 3)}
        changed = [f"new{word}" if place in places else word for place, word in enumerate(words)]
        exact = len({*words} & {*changed}) / len({*words} | {*changed})
        assert common_words(" ".join(words), " ".join(changed)) == pytest.approx(exact)


def test_facts_are_those_of_the_pairs(zebra_cli: Project) -> None:
    """Lengths, ids and numbers are those of the dataset, read in parts."""
    zebra_cli.run("run", "--shard-rows", "100")
    facts, rows = facts_of(zebra.Dataset.open("zebra-dataset")), zebra_cli.dataset()
    assert facts.ids.to_pylist() == [row["id"] for row in rows]
    assert facts.lengths["chosen"].tolist() == [len(row["chosen"][0]["content"]) for row in rows]
    assert facts.numbers["margin"].tolist() == [row["margin"] for row in rows]
    assert len(facts.prompts) == len(rows)
