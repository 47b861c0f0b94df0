"""The similarity of texts."""

from __future__ import annotations

import numpy as np
import pytest

from zebra_report.figures.texts import tfidf


def test_tfidf_by_hand() -> None:
    """Three texts a, ab, b: idf of each word is ln(4/3) + 1 of sklearn's smoothing, equal, so cosines are 1/sqrt 2 and 0."""
    assert tfidf([("aa", "aa bb"), ("bb", "cc")]) == pytest.approx(_by_hand(), abs=1e-12)


def _by_hand() -> float:
    idf = {"aa": np.log(5 / 3) + 1, "bb": np.log(5 / 3) + 1, "cc": np.log(5 / 2) + 1}
    both = np.array([idf["aa"], idf["bb"]])
    return float((idf["aa"] * both[0] / (idf["aa"] * np.linalg.norm(both)) + 0) / 2)
