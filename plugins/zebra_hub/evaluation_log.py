"""The results of an evaluation in the schema of every_eval_ever (https://github.com/evaleval/every_eval_ever)."""

from __future__ import annotations

import json
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

import zebra_core as zebra
from zebra_core.recipe.inputs import benchmark_index
from zebra_core.recipe.resolve import Resolver
from zebra_hub.names import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_core.evaluation import Evaluation

LOG = "every_eval_ever.json"
SCHEMA = "0.3.0"
LOWER_IS_BETTER = {"higher": False, "lower": True}
UNITS: dict[tuple[float, float], str] = {(0, 1): "proportion", (0, 100): "percent"}
UNKNOWN = "unknown"


def write_log(evaluation: Evaluation) -> None:
    """Write the log of an evaluation to its folder."""
    zebra.storage.write_durably(evaluation.folder / LOG, zebra.as_json(evaluation_log(evaluation)))


def evaluation_log(evaluation: Evaluation) -> dict[str, Any]:
    """Return the log of an evaluation.

    The schema has no place for a benchmark of which neither more nor less is better: such scores are named in
    `source_metadata`. Who measured whose model is unknown to a program.
    """
    when = evaluation.provenance[-1]["date"]
    epoch = str(int(datetime.fromisoformat(when).timestamp()))
    table = evaluation.table
    cells = list(zip(table.benchmarks, table.values[0].tolist(), table.stderr[0].tolist(), strict=True))
    results = [_result(evaluation, *cell) for cell in cells if cell[0].direction in LOWER_IS_BETTER]
    left_out = [benchmark.name for benchmark, *_ in cells if benchmark.direction not in LOWER_IS_BETTER]
    evaluators = {entry["evaluator"]: _version(evaluation, entry["evaluator"]) for entry in evaluation.provenance}
    return {
        "schema_version": SCHEMA,
        "evaluation_id": f"zebra/{evaluation.model}/{epoch}",
        "evaluation_timestamp": when,
        "retrieved_timestamp": epoch,
        "source_metadata": {
            "source_name": "zebra evaluate",
            "source_type": "evaluation_run",
            "source_organization_name": UNKNOWN,
            "evaluator_relationship": "other",
            **({"additional_details": {"scores left out": ", ".join(left_out)}} if left_out else {}),
        },
        "eval_library": {"name": "zebra", "version": zebra.__version__, "additional_details": evaluators},
        "model_info": {
            "name": evaluation.model,
            "id": evaluation.model,
            "additional_details": {"deployment_type": UNKNOWN, "model_availability": UNKNOWN},
        },
        "evaluation_results": results,
    }


def _version(evaluation: Evaluation, evaluator: str) -> str:
    plugin = evaluation.plugins.find("evaluator", evaluator).plugin
    return f"{plugin} {evaluation.plugins.origins[plugin]}"


def _result(evaluation: Evaluation, benchmark: zebra.Benchmark, score: float, error: float) -> dict[str, Any]:
    entry = next(entry for entry in evaluation.provenance if benchmark.name in entry["scores"])
    details = _details(evaluation, entry, benchmark.name)
    questions = details.get("questions")
    uncertainty: dict[str, Any] = {} if math.isnan(error) else {"standard_error": {"value": error}}
    uncertainty |= {"num_samples": questions} if isinstance(questions, int) else {}
    stated = {name: _as_text(value) for name, value in details.items() if value is not None}
    return {
        "evaluation_result_id": f"{entry['evaluator']}/{benchmark.name}",
        "evaluation_name": benchmark.name,
        "source_data": _source(benchmark.name, details),
        "evaluation_timestamp": entry["date"],
        "metric_config": _metric(benchmark),
        "score_details": {"score": score, **({"uncertainty": uncertainty} if uncertainty else {})},
        **({"generation_config": {"additional_details": stated}} if stated else {}),
    }


def _details(evaluation: Evaluation, entry: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return what an evaluator states of a benchmark, whose name it may spell in its own way."""
    index = benchmark_index(Resolver(zebra.Recipe(), evaluation.plugins))
    for spelling, details in entry["depends on"].items():
        described = index.get(spelling)
        if isinstance(details, dict) and name in (spelling, described.name if described else spelling):
            return details
    return {}


def _source(name: str, details: Mapping[str, Any]) -> dict[str, Any]:
    """Return where the questions are from: a dataset of the Hub if the evaluator says so."""
    dataset = details.get("dataset")
    if not isinstance(dataset, str) or not NAME.fullmatch(dataset):
        return {"dataset_name": name, "source_type": "other"}
    split, count = details.get("split"), details.get("of")
    return {
        "dataset_name": name,
        "source_type": "hf_dataset",
        "hf_repo": dataset,
        **({"hf_split": split} if isinstance(split, str) else {}),
        **({"samples_number": count} if isinstance(count, int) else {}),
    }


def _metric(benchmark: zebra.Benchmark) -> dict[str, Any]:
    metric: dict[str, Any] = {"lower_is_better": LOWER_IS_BETTER[str(benchmark.direction)]}
    if benchmark.bounds is None:
        return metric
    low, high = benchmark.bounds
    unit = UNITS.get(benchmark.bounds)
    metric |= {"score_type": "continuous", "min_score": low, "max_score": high}
    return {**metric, "metric_unit": unit} if unit else metric


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
