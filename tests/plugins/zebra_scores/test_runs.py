"""Folders of evaluation runs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from helpers.runs import NEW, OLD, errors, scores, table

from zebra_core.testing import Project


def test_a_folder_of_runs(zebra_cli: Project) -> None:
    """Runs of several models, and several of one, make one table; two values for one cell are shown."""
    more = {**NEW, "results": {"arc_challenge": {"acc_norm,none": 0.5}}}
    for name, content in (("a/1.json", NEW), ("a/2.json", more), ("b/3.json", OLD), ("b/notes.json", {"x": 1})):
        zebra_cli.write(f"runs/{name}", json.dumps(content))
    result = table("runs", wmdp_bio={"direction": "drop"})
    assert result.models == ("org/tiny", "org/older")
    assert {b.name for b in result.benchmarks} == {"HellaSwag", "IFEval", "MMLU", "GSM8K", "ARC-Challenge", "PIQA"}
    other = {**NEW, "results": {"hellaswag": {"acc_norm,none": 0.9}}}
    zebra_cli.write("runs/a/4.json", json.dumps(other))
    output = zebra_cli.run("scores", "--scores", "runs", code=2).stderr
    assert "'org/tiny' different scores on 'hellaswag': 0.5 and 0.9" in output


def test_real_runs(shared: Path) -> None:
    """Qwen2.5-3B: 17 benchmarks, MMLU as the group has it (.6504), acc_norm of ARC (.4736)."""
    folder = shared / "leaderboards/lm_eval_json"
    result = table(str(folder / "Qwen__Qwen2.5-3B_results_2025-03-03T00-58-03.320716.json"))
    assert (result.models, len(result.benchmarks)) == (("Qwen/Qwen2.5-3B",), 17)
    assert scores(result, "Qwen/Qwen2.5-3B")["MMLU"] == pytest.approx(65.0406, abs=1e-3)
    assert scores(result, "Qwen/Qwen2.5-3B")["ARC-Challenge"] == pytest.approx(47.3549, abs=1e-3)
    assert errors(result, "Qwen/Qwen2.5-3B")["ARC-Challenge"] == pytest.approx(1.4591, abs=1e-3)
    everything = table(str(folder))
    assert set(everything.models) == {"Qwen/Qwen2.5-3B", "bigscience/bloom-7b1", "llama-7B"}


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[]",
        '{"results": 3, "versions": {}}',
        '{"results": {"a": 5}, "versions": {}}',
        '{"eval": {"task": "x"}}',
        '{"header": [], "rows": []}',
        "[[]]",
        '[["a", 1]]',
        '{"a": {}}',
        "3",
        '"x"',
        "null",
        '{"model_info": {}, "evaluation_results": []}',
    ],
)
def test_odd_json_gives_one_line(zebra_cli: Project, text: str) -> None:
    """For any content, there is one line and no traceback."""
    zebra_cli.write("s.json", text)
    output = zebra_cli.run("scores", "--scores", "s.json", code=2).stderr
    assert output.startswith("Error: ")
    assert output.count("\n") == 1


def test_binomial_errors() -> None:
    """sqrt(p (1 - p) / n), or NaN if it is not a share, or n is unknown."""
    from zebra_scores.runs import binomial

    assert binomial(0.5, 100) == pytest.approx(0.05)
    assert all(math.isnan(binomial(*case)) for case in ((0.5, None), (1.5, 100), (0.5, 0)))
    assert np.isnan(binomial(math.nan, 10))


def test_an_error_that_is_too_large_for_a_percentage(zebra_cli: Project) -> None:
    """1e308 as a share is infinite in percent, which JSON cannot express; it is refused."""
    metrics = {"leaderboard|mmlu|5": {"acc": 0.5, "acc_stderr": 1e308}}
    zebra_cli.write("s.json", json.dumps({"config_general": {"model_name": "a"}, "results": metrics}))
    output = zebra_cli.run("scores", "--scores", "s.json", code=2).stderr
    assert "scores and standard errors must be finite, and errors not negative; check 'a x MMLU'" in output
