"""Which pairs each schedule picks."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

import zebra_core as zebra

CANDIDATES = zebra.CandidatePairs(
    instruction=np.array([0, 0, 0, 1, 1, 2]),
    rank=np.array([0, 1, 2, 0, 1, 0]),
    margin=np.array([0.1, 0.4, 0.2, 0.3, 0.6, 0.5]),
    similarity=np.array([0.9, 0.5, 0.1, 0.8, 0.2, 0.3]),
    confidence=np.array([0.9, 0.8, 0.5, 0.7, 0.6, 0.95]),
    policy_margin=np.array([2.0, -1.0, -5.0, 3.0, 1.0, 4.0]),
    round=2,
    rounds=2,
)


def picked(schedule: object, candidates: zebra.CandidatePairs, **options: object) -> list[int | None]:
    """Return the pair that each instruction gives, None if none."""
    bound = zebra.load_plugins().find("schedule", str(schedule)).bind(options)
    values = bound(candidates).desirability
    best = []
    for instruction in range(3):
        places = np.flatnonzero(candidates.instruction == instruction)
        place = places[np.argmax(values[places])]
        best.append(int(place) if np.isfinite(values[place]) else None)
    return best


@pytest.mark.parametrize("schedule", ["static", "mix", "on-policy"])
def test_the_strategy_decides(schedule: str) -> None:
    """The pairs of rank 0 are picked."""
    assert picked(schedule, CANDIDATES) == [0, 3, 5]


def test_easy_to_hard() -> None:
    """Of two rounds the first takes pairs up to the median similarity (0.4), by rank, and the second those above it.

    Sorted: 0.1 0.2 0.3 | 0.5 0.8 0.9. In round 1 instruction 0 has pair 2 below the median, 1 has pair 4, 2 has pair 5; in
    round 2 instruction 0 has pair 0, 1 has pair 3, and 2 has none.
    """
    assert picked("easy-to-hard", attrs.evolve(CANDIDATES, round=1)) == [2, 4, 5]
    assert picked("easy-to-hard", CANDIDATES) == [0, 3, None]


def test_an_instruction_without_an_easy_pair_gives_a_harder_one() -> None:
    """In round 1 of three, up to a similarity of 0.27, instruction 2 has no pair and gives that of 0.3."""
    candidates = attrs.evolve(CANDIDATES, round=1, rounds=3)
    assert np.quantile(candidates.similarity, 1 / 3) == pytest.approx(0.2667, abs=1e-4)
    assert picked("easy-to-hard", candidates) == [2, 4, 5]


def test_uncertain() -> None:
    """Confidence of at least the median, .75, leaves 0, 1 and 5, whose margins are 2, -1 and 4; half the instructions are kept.

    The best of the instructions are 1 (-1), none, and 5 (4); the median of the two is 1.5, so only instruction 0 is kept.
    """
    assert picked("uncertain", CANDIDATES) == [1, None, None]
    assert picked("uncertain", CANDIDATES, share=1.0) == [1, None, 5]
    assert picked("uncertain", CANDIDATES, share=1.0, confident=1.0) == [2, 4, 5]
    assert picked("uncertain", attrs.evolve(CANDIDATES, round=1)) == [0, 3, 5]


def test_mix_marks_the_pairs_of_the_smallest_margins() -> None:
    """Of the picked pairs 0, 3 and 5 a third is hard: by the policy's margins 2, 3, 4 it is 0, by the gaps .1, .3, .5 too.

    The quantile 1/3 of 2, 3, 4 is 2.67; pairs that are not picked are marked by the same limit.
    """
    bound = zebra.load_plugins().find("schedule", "mix").bind({"hard": 1 / 3})
    columns = bound(CANDIDATES).columns
    assert columns["hard"].tolist() == [True, True, True, False, True, False]
    assert columns["ease"].tolist() == CANDIDATES.policy_margin.tolist()
    first = bound(attrs.evolve(CANDIDATES, round=1)).columns
    assert first["ease"].tolist() == CANDIDATES.margin.tolist()
    assert [first["hard"][place] for place in (0, 3, 5)] == [True, False, False]
