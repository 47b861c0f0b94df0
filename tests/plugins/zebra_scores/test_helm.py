"""HELM's leaderboards."""

from __future__ import annotations

import json

import numpy as np

import zebra_core as zebra
from zebra_core.testing import Project


def test_helm(zebra_cli: Project) -> None:
    """Columns with their direction; the mean win rate is left out, a null is missing."""
    header = [
        {"value": "Model"},
        {"value": "Mean win rate"},
        {"value": "GSM8K - EM", "lower_is_better": False},
        {"value": "Toxic - fraction", "lower_is_better": True},
    ]
    rows = [
        [{"value": m}, {"value": 0.5}, {"value": v}, {"value": 0.1}] for m, v in (("a", 0.55), ("b", None), ("c", 0.25))
    ]
    zebra_cli.write("helm.json", json.dumps({"title": "t", "header": header, "rows": rows}))
    result = zebra.read_scores("helm.json", recipe=zebra.Recipe(missing="drop-model"))
    assert [(b.name, b.direction) for b in result.benchmarks] == [("GSM8K", "higher"), ("Toxic", "lower")]
    assert result.models == ("a", "c")
    np.testing.assert_allclose(result.values, [[55, 0.1], [25, 0.1]])
