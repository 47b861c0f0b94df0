"""The probability that an order is right."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
from helpers.scores_by_hand import NAN

from zebra_core.pairing.confidence import confidence
from zebra_core.testing import Project


def test_confidence() -> None:
    """Phi(gap / error) if the error is known: .5 with two errors of .25 is Phi(2) = .9772; otherwise sigmoid(3.5 x gap)."""
    result = confidence(np.array([0.5, 0.5, -0.5]), np.array([0.25, NAN, 0.25]))
    np.testing.assert_allclose(result, [0.977249868, 1 / (1 + np.exp(-1.75)), 0.022750132])


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
    command = ("run", "--pool", "p.jsonl", "--scores", "s.json", "--threshold", "-1", "--strategy", "sup", "-o")
    zebra_cli.run(*command, "all")
    (row,) = zebra_cli.dataset("all")
    assert row["confidence"] == pytest.approx(NormalDist().cdf(1 / 6 / 0.02**0.5))
    zebra_cli.run(*command, "sure", "--min-confidence", "0.99")
    (row,) = zebra_cli.dataset("sure")
    assert (row["chosen_model"], row["rejected_model"]) == (
        "a",
        "c",
    )  # b over c is sure as well, and of less superiority
