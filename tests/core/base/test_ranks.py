"""Ranks."""

from __future__ import annotations

import numpy as np
import pytest

from zebra_core.base.ranks import rank_correlation


def test_rank_correlation_equals_scipy() -> None:
    """Equal to scipy's, also for equal values."""
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    for _ in range(20):
        one, other = rng.integers(0, 6, 40), rng.normal(size=40).round(1)
        assert rank_correlation(one, other) == pytest.approx(stats.spearmanr(one, other).statistic, abs=1e-12)
