"""The built-in similarities on vectors that can be checked in the head."""

from __future__ import annotations

import numpy as np
import pytest

import zebra_core as zebra

VECTORS = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0], [0.0, 1.0]])

HALF = 0.5**0.5


@pytest.mark.parametrize(
    ("name", "options", "first_row"),
    [
        ("cosine", {}, [1, HALF, 0, 0]),  # 45 degrees, the zero vector, 90 degrees
        ("pearson", {}, [1, 0, 0, -1]),  # (1, 1) and (0, 0) are constant; (0, 1) is the opposite shape
        ("euclidean", {}, [1, 1 / 2, 1 / 2, 1 / (1 + 2**0.5)]),  # distances 0, 1, 1, sqrt 2
        ("rbf", {"gamma": 2.0}, [1, np.exp(-2), np.exp(-2), np.exp(-4)]),  # exp(-2 d^2), d^2 = 0, 1, 1, 2
    ],
)
def test_values(plugins: zebra.Plugins, name: str, options: dict[str, float], first_row: list[float]) -> None:
    """The similarity of (1, 0) to itself, (1, 1), (0, 0) and (0, 1)."""
    result = plugins.find("similarity", name).bind(options)(VECTORS)
    np.testing.assert_allclose(result[0], first_row, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "low", "high"), [("cosine", 0, 1), ("pearson", -1, 1), ("euclidean", 0, 1), ("rbf", 0, 1)]
)
def test_range_and_diagonal(plugins: zebra.Plugins, name: str, low: float, high: float) -> None:
    """Each is symmetric, in the range that it states, without NaN for a zero vector, and 1 for a model and itself."""
    vectors = np.vstack([np.random.default_rng(2).random((20, 5)), np.zeros(5), np.full(5, 0.3)])
    result = plugins.find("similarity", name).bind()(vectors)
    assert low <= result.min() <= result.max() <= high
    np.testing.assert_allclose(np.diag(result), 1)
    np.testing.assert_allclose(result, result.T)


def test_gamma_must_be_positive(plugins: zebra.Plugins) -> None:
    """A gamma of 0 is an error with the component's name."""
    with pytest.raises(zebra.ZebraError, match=r"similarity 'rbf' of plugin 'similarity'.*'gamma' must be > 0"):
        plugins.find("similarity", "rbf").bind({"gamma": 0.0})
