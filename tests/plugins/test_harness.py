"""Results of evaluation harnesses and of model repositories, on small files written for the project."""

from __future__ import annotations

import json
import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.testing import Project

NEW = {
    "model_name": "org/tiny",
    "versions": {"hellaswag": 1.0},
    "results": {
        "hellaswag": {"alias": "hellaswag", "acc,none": 0.4, "acc_norm,none": 0.5, "acc_norm_stderr,none": 0.01},
        "ifeval": {
            "prompt_level_strict_acc,none": 0.3,
            "prompt_level_strict_acc_stderr,none": "N/A",
            "inst_level_loose_acc,none": 0.4,
        },
        "mmlu": {"acc,none": 0.6, "acc_stderr,none": 0.004},
        "mmlu_stem": {"acc,none": 0.5, "acc_stderr,none": 0.008},
        "mmlu_anatomy": {"acc,none": 0.7, "acc_stderr,none": 0.04},
        "wmdp_bio": {"acc,none": 0.3, "acc_stderr,none": 0.01},
        "gsm8k": {
            "exact_match,strict-match": 0.2,
            "exact_match_stderr,strict-match": 0.02,
            "exact_match,flexible-extract": 0.25,
        },
    },
    "group_subtasks": {"mmlu": ["mmlu_stem"], "mmlu_stem": ["mmlu_anatomy"], "hellaswag": []},
    "higher_is_better": {"hellaswag": {"acc_norm": True}, "wmdp_bio": {"acc": True}},
    "n-samples": {"ifeval": {"original": 541, "effective": 100}},
}
OLD = {
    "results": {
        "hendrycksTest-anatomy": {"acc": 0.2, "acc_stderr": 0.03, "acc_norm": 0.2, "acc_norm_stderr": 0.03},
        "hendrycksTest-virology": {"acc": 0.4, "acc_stderr": 0.04, "acc_norm": 0.4, "acc_norm_stderr": 0.04},
        "piqa": {"acc": 0.7, "acc_stderr": 0.01, "acc_norm": 0.8, "acc_norm_stderr": 0.02},
    },
    "versions": {"piqa": 0},
    "config": {"model": "hf", "model_args": "pretrained=org/older,dtype=half"},
}


def table(location: str, **declared: dict[str, Any]) -> zebra.ScoreTable:
    return zebra.read_scores(location, recipe=zebra.make_recipe({"missing": "mean", "benchmarks": declared}))


def scores(found: zebra.ScoreTable, model: str) -> dict[str, float]:
    row = found.values[found.models.index(model)]
    return {b.name: round(float(v), 6) for b, v in zip(found.benchmarks, row, strict=True)}


def errors(found: zebra.ScoreTable, model: str) -> dict[str, float]:
    row = found.stderr[found.models.index(model)]
    return {b.name: round(float(v), 6) for b, v in zip(found.benchmarks, row, strict=True)}


def test_lm_eval_of_today(zebra_cli: Project) -> None:
    """acc_norm before acc, groups and not their parts, the first filter of a metric, errors in percent too.

    IFEval's error is that of a share of 100 samples: sqrt(.3 x .7 / 100) = .045826.
    """
    zebra_cli.write("run.json", json.dumps(NEW))
    found = table("run.json", wmdp_bio={"direction": "lower"})
    assert scores(found, "org/tiny") == {"HellaSwag": 50, "IFEval": 30, "MMLU": 60, "wmdp_bio": 0.3, "GSM8K": 20}
    assert errors(found, "org/tiny") == {"HellaSwag": 1, "IFEval": 4.582576, "MMLU": 0.4, "wmdp_bio": 0.01, "GSM8K": 2}
    recipe = zebra.Recipe(options={"lm-eval": {"metrics": {"hellaswag": "acc"}}})
    assert scores(zebra.read_scores("run.json", recipe=recipe), "org/tiny")["HellaSwag"] == 40


def test_a_harness_says_which_way_a_measure_counts_and_the_catalogue_what_is_good(zebra_cli: Project) -> None:
    """WMDP's accuracy counts upwards in the harness; it is hazardous knowledge, so less is better in a model."""
    held = {
        **NEW,
        "results": {
            "wmdp": NEW["results"]["wmdp_bio"],
            "mine": {"acc,none": 0.3},
            "prose": {"word_perplexity,none": 9.0},
        },
    }  # type: ignore[index]
    zebra_cli.write("run.json", json.dumps(held))
    found = {b.name: (b.direction, b.axis) for b in table("run.json").benchmarks}
    assert found == {"WMDP": ("lower", "safety"), "mine": ("higher", ""), "prose": ("lower", "")}


def test_lm_eval_of_old(zebra_cli: Project) -> None:
    """The model from its arguments; MMLU is the mean of its parts, (.2 + .4) / 2, with error sqrt(.03^2 + .04^2) / 2."""
    zebra_cli.write("run.json", json.dumps(OLD))
    found = table("run.json")
    assert scores(found, "org/older") == {"PIQA": 80, "MMLU": 30}
    assert errors(found, "org/older") == {"PIQA": 2, "MMLU": 2.5}


def test_a_folder_of_runs(zebra_cli: Project) -> None:
    """Runs of several models, and several of one, make one table; two values for one cell are shown."""
    more = {**NEW, "results": {"arc_challenge": {"acc_norm,none": 0.5}}}
    for name, held in (("a/1.json", NEW), ("a/2.json", more), ("b/3.json", OLD), ("b/notes.json", {"x": 1})):
        zebra_cli.write(f"runs/{name}", json.dumps(held))
    found = table("runs", wmdp_bio={"direction": "drop"})
    assert found.models == ("org/tiny", "org/older")
    assert {b.name for b in found.benchmarks} == {"HellaSwag", "IFEval", "MMLU", "GSM8K", "ARC-Challenge", "PIQA"}
    other = {**NEW, "results": {"hellaswag": {"acc_norm,none": 0.9}}}
    zebra_cli.write("runs/a/4.json", json.dumps(other))
    said = zebra_cli.run("scores", "--scores", "runs", code=2).stderr
    assert "'org/tiny' different scores on 'hellaswag': 0.5 and 0.9" in said


def test_real_runs(shared: Path) -> None:
    """Qwen2.5-3B: 17 benchmarks, MMLU as the group has it (.6504), acc_norm of ARC (.4736)."""
    folder = shared / "leaderboards/lm_eval_json"
    found = table(str(folder / "Qwen__Qwen2.5-3B_results_2025-03-03T00-58-03.320716.json"))
    assert (found.models, len(found.benchmarks)) == (("Qwen/Qwen2.5-3B",), 17)
    assert scores(found, "Qwen/Qwen2.5-3B")["MMLU"] == pytest.approx(65.0406, abs=1e-3)
    assert scores(found, "Qwen/Qwen2.5-3B")["ARC-Challenge"] == pytest.approx(47.3549, abs=1e-3)
    assert errors(found, "Qwen/Qwen2.5-3B")["ARC-Challenge"] == pytest.approx(1.4591, abs=1e-3)
    everything = table(str(folder))
    assert set(everything.models) == {"Qwen/Qwen2.5-3B", "bigscience/bloom-7b1", "llama-7B"}


def test_lighteval(zebra_cli: Project) -> None:
    """Tasks between bars; the row `all` and the parts of an average are left out."""
    held = {
        "config_general": {"model_name": "org/light"},
        "results": {
            "leaderboard|arc:challenge|25": {"acc": 0.3, "acc_norm": 0.4, "acc_norm_stderr": 0.01},
            "lighteval|gsm8k|0": {"extractive_match": 0.5, "extractive_match_stderr": 0.02},
            "leaderboard|mmlu:anatomy|5": {"acc": 0.1},
            "leaderboard|mmlu:_average|5": {"acc": 0.6, "acc_stderr": 0.03},
            "all": {"acc": 0.9},
        },
    }
    zebra_cli.write("results.json", json.dumps(held))
    found = table("results.json")
    assert scores(found, "org/light") == {"ARC-Challenge": 40, "GSM8K": 50, "MMLU": 60}
    assert errors(found, "org/light") == {"ARC-Challenge": 1, "GSM8K": 2, "MMLU": 3}


def test_inspect(zebra_cli: Project) -> None:
    """A log as JSON, and one as the archive that inspect_ai writes."""
    metrics = {"accuracy": {"value": 0.7}, "stderr": {"value": 0.05}}
    held = {
        "eval": {"task": "inspect_evals/gsm8k", "model": "openai/x"},
        "results": {"scores": [{"name": "match", "metrics": metrics}]},
    }
    zebra_cli.write("logs/one.json", json.dumps(held))
    held["eval"] = {"task": "mmlu_pro", "model": "openai/x"}
    with zipfile.ZipFile(zebra_cli.folder / "logs/two.eval", "w") as archive:
        archive.writestr("header.json", json.dumps(held))
    found = table("logs")
    assert (scores(found, "openai/x"), errors(found, "openai/x")) == (
        {"GSM8K": 70, "MMLU-Pro": 70},
        {"GSM8K": 5, "MMLU-Pro": 5},
    )


def test_all_right_is_a_hundred(zebra_cli: Project) -> None:
    """A share of exactly one is a hundred percent, and joins a table in percent that does not say which way is better."""
    held = {"results": {"arc_easy": {"acc,none": 1.0}}, "versions": {"arc_easy": 1}, "model_name": "org/tiny"}
    held["higher_is_better"] = {"arc_easy": {"acc": True}}
    zebra_cli.write("run.json", json.dumps(held))
    zebra_cli.write("more.csv", "model,ARC-Easy\nold,40.5\n")
    found = zebra.read_scores("run.json", "more.csv")
    assert scores(found, "org/tiny") == {"ARC-Easy": 100}
    assert scores(found, "old") == {"ARC-Easy": 40.5}
    zebra_cli.write(
        "mine.json",
        json.dumps(held | {"results": {"mine": {"acc,none": 1.0}}, "higher_is_better": {"mine": {"acc": True}}}),
    )
    zebra_cli.write("more.csv", "model,mine\nold,0.4\n")
    (benchmark,) = zebra.read_scores("mine.json", "more.csv").benchmarks
    assert (benchmark.direction, benchmark.bounds) == ("higher", (0, 1))


def test_a_metric_that_is_not_known(zebra_cli: Project) -> None:
    """A task's only metric is its score, whatever it is; of several that are not known none is guessed, and that is noted."""
    held = {
        "results": {
            "one": {"own,none": 0.5, "own_stderr,none": 0.1, "sample_len": 3},
            "two": {"this,none": 0.4, "that,none": 3.0},
        }
    }
    zebra_cli.write("run.json", json.dumps(held | {"versions": {"one": 1}, "model_name": "org/tiny"}))
    found = table("run.json", one={"direction": "higher"})
    assert scores(found, "org/tiny") == {"one": 0.5}
    assert any("'two'" in note for note in found.notes)
    recipe = zebra.make_recipe(
        {
            "options": {"lm-eval": {"metrics": {"two": "that"}}},
            "benchmarks": {"one": {"direction": "drop"}, "two": {"direction": "higher"}},
        }
    )
    assert scores(zebra.read_scores("run.json", recipe=recipe), "org/tiny") == {"two": 3.0}


def test_every_eval_ever(zebra_cli: Project) -> None:
    """Direction, range and uncertainty as the schema has them; an evaluation named for its scorer has its dataset's name."""
    result = {
        "evaluation_name": "choice",
        "source_data": {"dataset_name": "ai2_arc", "source_type": "hf_dataset"},
        "metric_config": {"lower_is_better": False, "min_score": 0.0, "max_score": 1.0},
        "score_details": {"score": 0.25, "uncertainty": {"standard_error": {"value": 0.03}}},
    }
    zebra_cli.write(
        "e.json", json.dumps({"schema_version": "0.2.0", "model_info": {"id": "org/e"}, "evaluation_results": [result]})
    )
    found = table("e.json")
    assert scores(found, "org/e") == {
        "ARC-Challenge": 25.0
    }  # a share by its declared range, in the catalogue's percent
    assert (errors(found, "org/e"), found.benchmarks[0].bounds) == ({"ARC-Challenge": 3.0}, (0, 100))


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
    found = zebra.read_scores("helm.json", recipe=zebra.Recipe(missing="drop-model"))
    assert [(b.name, b.direction) for b in found.benchmarks] == [("GSM8K", "higher"), ("Toxic", "lower")]
    assert found.models == ("a", "c")
    np.testing.assert_allclose(found.values, [[55, 0.1], [25, 0.1]])


def test_model_repositories(zebra_cli: Project) -> None:
    """`.eval_results/*.yaml` (the model is the folder), and `model-index` in README.md."""
    zebra_cli.write(
        "repos/org--m/.eval_results/a.yaml",
        "- dataset:\n    id: Idavidrein/gpqa\n    task_id: gpqa_diamond\n  value: 41.2\n- dataset:\n    id: cais/hle\n    task_id: default\n  value: 20.9\n",
    )
    assert scores(table("repos"), "org/m") == {"GPQA-Diamond": 41.2, "HLE": 20.9}
    zebra_cli.write(
        "cards/README.md",
        "---\nmodel-index:\n- name: my-model\n  results:\n  - task:\n      type: text-generation\n    dataset:\n      name: GSM8K\n      type: gsm8k\n    metrics:\n    - type: acc\n      value: 51.5\n---\n# my model\n",
    )
    assert scores(table("cards"), "my-model") == {"GSM8K": 51.5}


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
def test_odd_json_is_told(zebra_cli: Project, text: str) -> None:
    """Whatever the file holds, there is one line and no traceback."""
    zebra_cli.write("s.json", text)
    said = zebra_cli.run("scores", "--scores", "s.json", code=2).stderr
    assert said.startswith("Error: ")
    assert said.count("\n") == 1


def test_binomial_errors() -> None:
    """sqrt(p (1 - p) / n); none for what is no share, or of unknown size."""
    from zebra_scores.runs import binomial

    assert binomial(0.5, 100) == pytest.approx(0.05)
    assert all(math.isnan(binomial(*case)) for case in ((0.5, None), (1.5, 100), (0.5, 0)))
    assert np.isnan(binomial(math.nan, 10))
