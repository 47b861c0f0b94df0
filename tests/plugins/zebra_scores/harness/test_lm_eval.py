"""Results of lm-evaluation-harness."""

from __future__ import annotations

import json

from helpers.runs import NEW, OLD, errors, scores, table

import zebra_core as zebra
from zebra_core.testing import Project


def test_lm_eval_0_4(zebra_cli: Project) -> None:
    """acc_norm before acc, groups and not their parts, the first filter of a metric, errors in percent too.

    IFEval's error is that of a share of 100 samples: sqrt(.3 x .7 / 100) = .045826.
    """
    zebra_cli.write("run.json", json.dumps(NEW))
    result = table("run.json", wmdp_bio={"direction": "lower"})
    assert scores(result, "org/tiny") == {"HellaSwag": 50, "IFEval": 30, "MMLU": 60, "wmdp_bio": 0.3, "GSM8K": 20}
    assert errors(result, "org/tiny") == {"HellaSwag": 1, "IFEval": 4.582576, "MMLU": 0.4, "wmdp_bio": 0.01, "GSM8K": 2}
    recipe = zebra.Recipe(options={"lm-eval": {"metrics": {"hellaswag": "acc"}}})
    assert scores(zebra.read_scores("run.json", recipe=recipe), "org/tiny")["HellaSwag"] == 40


def test_the_catalogue_decides_the_direction(zebra_cli: Project) -> None:
    """WMDP's accuracy counts upwards in the harness, but it measures hazardous knowledge, so lower is better."""
    content = {
        **NEW,
        "results": {
            "wmdp": NEW["results"]["wmdp_bio"],
            "mine": {"acc,none": 0.3},
            "prose": {"word_perplexity,none": 9.0},
        },
    }  # type: ignore[index]
    zebra_cli.write("run.json", json.dumps(content))
    result = {b.name: (b.direction, b.axis) for b in table("run.json").benchmarks}
    assert result == {"WMDP": ("lower", "safety"), "mine": ("higher", ""), "prose": ("lower", "")}


def test_lm_eval_0_3(zebra_cli: Project) -> None:
    """The model from its arguments; MMLU is the mean of its parts, (.2 + .4) / 2, with error sqrt(.03^2 + .04^2) / 2."""
    zebra_cli.write("run.json", json.dumps(OLD))
    result = table("run.json")
    assert scores(result, "org/older") == {"PIQA": 80, "MMLU": 30}
    assert errors(result, "org/older") == {"PIQA": 2, "MMLU": 2.5}


def test_a_share_of_one_is_a_hundred_percent(zebra_cli: Project) -> None:
    """A share of exactly one is a hundred percent, and joins a table in percent that does not say which way is better."""
    content = {"results": {"arc_easy": {"acc,none": 1.0}}, "versions": {"arc_easy": 1}, "model_name": "org/tiny"}
    content["higher_is_better"] = {"arc_easy": {"acc": True}}
    zebra_cli.write("run.json", json.dumps(content))
    zebra_cli.write("more.csv", "model,ARC-Easy\nold,40.5\n")
    result = zebra.read_scores("run.json", "more.csv")
    assert scores(result, "org/tiny") == {"ARC-Easy": 100}
    assert scores(result, "old") == {"ARC-Easy": 40.5}
    zebra_cli.write(
        "mine.json",
        json.dumps(content | {"results": {"mine": {"acc,none": 1.0}}, "higher_is_better": {"mine": {"acc": True}}}),
    )
    zebra_cli.write("more.csv", "model,mine\nold,0.4\n")
    (benchmark,) = zebra.read_scores("mine.json", "more.csv").benchmarks
    assert (benchmark.direction, benchmark.bounds) == ("higher", (0, 1))


def test_an_unknown_metric(zebra_cli: Project) -> None:
    """A task's only metric is its score; of several unknown ones none is guessed, which a note reports."""
    content = {
        "results": {
            "one": {"own,none": 0.5, "own_stderr,none": 0.1, "sample_len": 3},
            "two": {"this,none": 0.4, "that,none": 3.0},
        }
    }
    zebra_cli.write("run.json", json.dumps(content | {"versions": {"one": 1}, "model_name": "org/tiny"}))
    result = table("run.json", one={"direction": "higher"})
    assert scores(result, "org/tiny") == {"one": 0.5}
    assert any("'two'" in note for note in result.notes)
    recipe = zebra.make_recipe(
        {
            "options": {"lm-eval": {"metrics": {"two": "that"}}},
            "benchmarks": {"one": {"direction": "drop"}, "two": {"direction": "higher"}},
        }
    )
    assert scores(zebra.read_scores("run.json", recipe=recipe), "org/tiny") == {"two": 3.0}
