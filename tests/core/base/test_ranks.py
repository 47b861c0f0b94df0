"""Ranks."""

from __future__ import annotations

import numpy as np
import pytest

from zebra_core.base.ranks import rank_correlation


def test_rank_correlation_is_that_of_scipy() -> None:
    """Also where values are equal."""
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    for _ in range(20):
        one, other = rng.integers(0, 6, 40), rng.normal(size=40).round(1)
        assert rank_correlation(one, other) == pytest.approx(stats.spearmanr(one, other).statistic, abs=1e-12)
