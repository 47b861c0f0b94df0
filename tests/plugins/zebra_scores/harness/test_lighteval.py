"""Results of lighteval."""

from __future__ import annotations

import json

from helpers.runs import errors, scores, table

from zebra_core.testing import Project


def test_lighteval(zebra_cli: Project) -> None:
    """Tasks between bars; the row `all` and the parts of an average are left out."""
    content = {
        "config_general": {"model_name": "org/light"},
        "results": {
            "leaderboard|arc:challenge|25": {"acc": 0.3, "acc_norm": 0.4, "acc_norm_stderr": 0.01},
            "lighteval|gsm8k|0": {"extractive_match": 0.5, "extractive_match_stderr": 0.02},
            "leaderboard|mmlu:anatomy|5": {"acc": 0.1},
            "leaderboard|mmlu:_average|5": {"acc": 0.6, "acc_stderr": 0.03},
            "all": {"acc": 0.9},
        },
    }
    zebra_cli.write("results.json", json.dumps(content))
    result = table("results.json")
    assert scores(result, "org/light") == {"ARC-Challenge": 40, "GSM8K": 50, "MMLU": 60}
    assert errors(result, "org/light") == {"ARC-Challenge": 1, "GSM8K": 2, "MMLU": 3}
