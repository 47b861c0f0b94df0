"""Results of evaluation harnesses and of model repositories, on small files written for the project."""

from __future__ import annotations

from typing import Any

import zebra_core as zebra

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


def scores(result: zebra.ScoreTable, model: str) -> dict[str, float]:
    row = result.values[result.models.index(model)]
    return {b.name: round(float(v), 6) for b, v in zip(result.benchmarks, row, strict=True)}


def errors(result: zebra.ScoreTable, model: str) -> dict[str, float]:
    row = result.stderr[result.models.index(model)]
    return {b.name: round(float(v), 6) for b, v in zip(result.benchmarks, row, strict=True)}
