"""How hard pairs are, and the strategy that takes the hardest."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.pick import row, run

import zebra_core as zebra
from zebra_core.testing import Project


def test_hardness() -> None:
    """Similarity x (1 - gap): .9 x .8 = .72, whatever the sign of the gap; a similarity below 0 counts as 0."""
    result = zebra.hardness(np.array([0.2, -0.2, 0.0, 1.0, 0.1]), np.array([0.9, 0.9, 1.0, 1.0, -0.5]))
    np.testing.assert_allclose(result, [0.72, 0.72, 1.0, 0.0, 0.0])


def test_hard_takes_the_closest_pair_that_is_certain(zebra_cli: Project) -> None:
    """Of a 1, b .8, c .3 and d 0 on two benchmarks: a over b, and with a confidence of .7 the gap of .3, c over d.

    The gap g needs sigmoid(3.5 g) >= .7, so g >= .242. At a gap of g the similarity is 1 / (1 + g sqrt(2)): hardness
    .8 x .780 = .624 for a over b, .7 x .702 = .491 for c over d, .5 x .586 = .293 for b over c.
    """
    assert run(zebra_cli, [row(1)], "--strategy", "hard") == [("q1", "a", "b")]
    assert zebra_cli.manifest()["summary"]["mean_hardness"] == pytest.approx(0.8 / (1 + 0.2 * 2**0.5))
    assert "mean hardness 0.624" in (zebra_cli.folder / "zebra-dataset/README.md").read_text()
    assert run(zebra_cli, [row(1)], "--strategy", "hard", "--min-confidence", "0.7") == [("q1", "c", "d")]
    assert run(zebra_cli, [row(1, "abc")], "--strategy", "hard", "--min-confidence", "0.7") == [("q1", "b", "c")]
