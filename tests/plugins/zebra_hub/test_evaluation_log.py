"""Evaluations in the schema of every_eval_ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.evaluation import Evaluation
from zebra_core.testing import Project
from zebra_hub.evaluation_log import LOG, evaluation_log

EVALUATORS = '''
import zebra_core as zebra

@zebra.hookimpl
def zebra_evaluators():
    return {"tasks": Tasks, "pulse": pulse}

class Tasks:
    """As the evaluator of a harness."""

    def __call__(self, model, output):
        benchmarks = [zebra.Benchmark(name, bounds=(0, 1)) for name in ("zebra_mmlu_pro", "arc_easy")]
        scores = {"zebra_mmlu_pro": 0.25, "arc_easy": 0.5}
        return zebra.ScoreTable.from_rows([(model, scores)], benchmarks, {(model, "zebra_mmlu_pro"): 0.03})

    def provenance(self, results):
        data = {"dataset": "TIGER-Lab/MMLU-Pro", "split": "test", "questions": 100, "of": 12032, "few-shot": 0}
        return {"zebra_mmlu_pro": data, "arc_easy": {"dataset": "json"}}

def pulse(model, output):
    """A benchmark with a best value, and one that is lower the better."""
    benchmarks = [zebra.Benchmark("pulse", direction=60.0), zebra.Benchmark("seconds", direction="lower")]
    return zebra.ScoreTable.from_rows([(model, {"pulse": 72.0, "seconds": 3.5})], benchmarks)
'''


@pytest.fixture
def log(zebra_cli: Project) -> dict[str, Any]:
    """The log of a model that two evaluators measured."""
    zebra_cli.write("evaluators.py", EVALUATORS)
    zebra_cli.run("evaluate", "mine", "--plugin", "evaluators", "--evaluator", "tasks", "--evaluator", "pulse")
    content: dict[str, Any] = json.loads((zebra_cli.folder / "mine-evaluation" / LOG).read_text(encoding="utf-8"))
    return content


def test_our_own_reader_reads_the_same_scores(log: dict[str, Any], zebra_cli: Project) -> None:
    """Scores, errors, ranges and directions come back as the evaluation had them; .25 of MMLU-Pro is 25 percent."""
    written = zebra.read_scores("mine-evaluation/scores.json")
    again = zebra.read_scores(f"every-eval-ever:mine-evaluation/{LOG}")
    kept = [name != "pulse" for name in (benchmark.name for benchmark in written.benchmarks)]
    assert again.models == written.models == ("mine",)
    assert again.values.tolist() == written.values[:, kept].tolist() == [[25.0, 50.0, 3.5]]
    np.testing.assert_allclose(again.stderr, written.stderr[:, kept])
    for mine, own in zip(again.benchmarks, np.array(written.benchmarks, dtype=object)[kept], strict=True):
        assert (mine.name, mine.bounds, mine.direction or mine.measured) == (own.name, own.bounds, own.direction)
    assert log["source_metadata"]["additional_details"] == {"scores left out": "pulse"}


def test_what_a_score_depends_on(log: dict[str, Any]) -> None:
    """The data of the Hub and its size, the number of questions asked, and what else the evaluator states, as text."""
    first, second, _ = log["evaluation_results"]
    assert first["source_data"] == {
        "dataset_name": "MMLU-Pro",
        "source_type": "hf_dataset",
        "hf_repo": "TIGER-Lab/MMLU-Pro",
        "hf_split": "test",
        "samples_number": 12032,
    }
    assert first["score_details"]["uncertainty"] == {"standard_error": {"value": 3.0}, "num_samples": 100}
    assert first["generation_config"]["additional_details"]["few-shot"] == "0"
    assert second["source_data"] == {"dataset_name": "ARC-Easy", "source_type": "other"}
    assert log["eval_library"]["additional_details"].keys() == {"tasks", "pulse"}


def test_the_official_schema(log: dict[str, Any]) -> None:
    """The log is valid by the schema that every_eval_ever publishes."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(Path(__file__).with_name("every_eval_ever.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema).validate(log)
    del log["model_info"]["id"]
    assert not jsonschema.Draft7Validator(schema).is_valid(log)


def test_a_score_alone_keeps_its_name(plugins: zebra.Plugins, tmp_path: Path, zebra_cli: Project) -> None:
    """A log of one score names its dataset as the benchmark, because readers take the name from there."""
    table = zebra.ScoreTable.from_rows([("m", {"own": 0.5})], [zebra.Benchmark("own", direction="higher")])
    entry = {"evaluator": "pairs", "date": "2026-01-02T03:04:05+00:00", "scores": {"own": 0.5}, "depends on": {}}
    content = evaluation_log(Evaluation("m", table, (entry,), plugins, tmp_path))
    zebra_cli.write("one.json", json.dumps(content))
    assert zebra.read_scores("every-eval-ever:one.json").benchmarks[0].name == "own"
    assert content["retrieved_timestamp"] == "1767323045"  # 20,455 days and 3:04:05 after 1970
