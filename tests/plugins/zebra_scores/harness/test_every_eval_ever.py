"""Results in the schema of every_eval_ever."""

from __future__ import annotations

import json

from helpers import examples
from helpers.runs import errors, scores, table

from zebra_core.testing import Project


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
    actual = table("e.json")
    assert scores(actual, "org/e") == {
        "ARC-Challenge": 25.0
    }  # a share by its declared range, in the catalogue's percent
    assert (errors(actual, "org/e"), actual.benchmarks[0].bounds) == ({"ARC-Challenge": 3.0}, (0, 100))


def test_a_folder_of_an_evaluation(zebra_cli: Project) -> None:
    """A log beside the results that it repeats does not make a folder ambiguous; by itself it is read."""
    log = examples.FILES["score-source.every-eval-ever"][1]
    zebra_cli.write("mine/results_1.json", json.dumps(examples.NEW))
    zebra_cli.write("mine/every_eval_ever.json", json.dumps(log))
    assert "can be read by lm-eval and by every-eval-ever" in zebra_cli.run("scores", "--scores", "mine", code=2).stderr
    zebra_cli.write("mine/scores.json", "{}")
    assert table("mine").models == table("mine/results_1.json").models
    assert table("mine/every_eval_ever.json").models == ("org/e",)
