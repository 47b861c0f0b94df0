"""The layout of UltraFeedback."""

from __future__ import annotations

import pytest
from helpers.pools import (
    lines,
)

import zebra_core as zebra
from zebra_core.pool.pool import batches
from zebra_core.testing import Project


@pytest.mark.parametrize(("option", "rating"), [("", 4.0), ("fine-grained_score", 3.5)])
def test_ratings_of_ultrafeedback(zebra_cli: Project, option: str, rating: float) -> None:
    """Ratings are `overall_score`, or the field that the option names."""
    completion = {"model": "a", "response": "x", "overall_score": 4, "fine-grained_score": 3.5}
    zebra_cli.write("pool.jsonl", lines([{"instruction": "q", "models": ["a"], "completions": [completion]}]))
    pool = zebra.open_pool("pool.jsonl", recipe=zebra.Recipe(options={"ultrafeedback": {"rating": option}}))
    assert next(batches(pool.parts[0]))["ratings"].to_pylist() == [[rating]]
