"""Tests of significance."""

from __future__ import annotations

import numpy as np
import pytest

import zebra_core as zebra
from zebra_study.significance import holm, interval, paired

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("seed", range(5))
def test_as_scipy(seed: int) -> None:
    """t, its p and the permutation test on random scores equal scipy's, the latter within three standard errors."""
    rng = np.random.default_rng(seed)
    one, other = rng.normal(0.1, 1, 25), rng.normal(size=25)
    ours, theirs = paired(one, other, seed), stats.ttest_rel(one, other)
    assert (ours.t, ours.p_t) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-10)
    expected = stats.permutation_test(
        (one, other), lambda a, b: np.mean(a - b), permutation_type="samples", n_resamples=10_000, random_state=seed
    ).pvalue
    assert abs(ours.p_permutation - expected) < 3 * np.sqrt(2 * expected * (1 - expected) / 10_000) + 1e-4
    assert (ours.low, ours.high) == pytest.approx([*theirs.confidence_interval(0.95)], rel=1e-10)
    assert ours.effect == pytest.approx(ours.t / np.sqrt(25))
    assert paired(one, other, seed) == ours


def test_few_differences_by_hand() -> None:
    """Of the 8 signs of (1, 1, 1) two are as far from 0; equal differences have no t."""
    result = paired(np.array([2.0, 3, 4]), np.array([1.0, 2, 3]))
    assert result.p_permutation == pytest.approx(0.25, abs=0.02)
    assert result.delta == 1
    assert np.isnan(result.t)
    with pytest.raises(zebra.ZebraError, match="needs at least two pairs of scores, got 1"):
        paired(np.array([1.0]), np.array([2.0]))


def test_intervals_by_hand() -> None:
    """Of 1, 2 and 3 the mean is 2, its standard error 1 / sqrt(3), and t with two degrees of freedom 4.303; one value has no width."""
    low, high = interval(np.array([1.0, 2, 3]))
    assert (low, high) == pytest.approx((2 - 4.303 / 3**0.5, 2 + 4.303 / 3**0.5), abs=1e-3)
    assert interval(np.array([0.5])) == (0.5, 0.5)


def test_holm_by_hand() -> None:
    """.01 x 3, then .02 x 2, then .03: never below the one before; what is unknown counts for nothing."""
    assert holm([0.03, 0.01, float("nan"), 0.02])[:2] == [pytest.approx(0.04), pytest.approx(0.03)]
    assert holm([0.9, 0.8]) == [1.0, 1.0]
