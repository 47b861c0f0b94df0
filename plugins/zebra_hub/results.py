"""Scores of a trained model as its repository has them: `model-index` in the card, and `.eval_results`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import yaml

import zebra_core as zebra
from zebra_hub.evaluation_log import LOG

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

BENCHMARKS = {"TIGER-Lab/MMLU-Pro": "mmlu_pro", "openai/gsm8k": "gsm8k"}
"""Datasets that are benchmarks of the Hub, with the task whose leaderboard takes results (their eval.yaml)."""


def read_results(folders: Iterable[Path]) -> list[dict[str, Any]]:
    """Return the results in the folders of evaluations, each benchmark once. Raise ZebraError if one has none."""
    results: dict[str, dict[str, Any]] = {}
    for folder in folders:
        try:
            entries = json.loads((folder / LOG).read_text(encoding="utf-8"))["evaluation_results"]
            by_name = {entry["evaluation_name"]: entry for entry in entries}
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{folder} has no {LOG} of an evaluation ({type(error).__name__}); evaluate the model again, with `zebra evaluate`"
            raise zebra.ZebraError(msg) from error
        for name in by_name.keys() & results.keys():
            msg = f"two evaluations have a score on {name!r}; leave one of the two --evaluation out"
            raise zebra.ZebraError(msg)
        results |= by_name
    return list(results.values())


def model_index(name: str, results: Iterable[dict[str, Any]], task: str) -> list[dict[str, Any]]:
    """Return the `model-index` of a model's card: one result per benchmark."""
    return [{"name": name, "results": [_indexed(result, task) for result in results]}]


def _indexed(result: dict[str, Any], task: str) -> dict[str, Any]:
    source, name = result["source_data"], result["evaluation_name"]
    details = {"config": _stated(result).get("subset"), "split": source.get("hf_split")}
    unit = result["metric_config"].get("metric_unit")
    return {
        "task": {"type": task},
        "dataset": {
            "name": name,
            "type": source.get("hf_repo", name),
            **{key: value for key, value in details.items() if value},
        },
        "metrics": [{"type": "score", "value": result["score_details"]["score"], **({"name": unit} if unit else {})}],
    }


def eval_results(results: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return the files for the Hub's leaderboards, by path: of benchmarks of which all questions were asked."""
    from huggingface_hub import EvalResultEntry, eval_result_entries_to_yaml  # noqa: PLC0415  # slow to import

    files = {}
    for result in results:
        dataset = result["source_data"].get("hf_repo")
        if dataset not in BENCHMARKS or not _is_complete(result):
            continue
        task, stated = BENCHMARKS[dataset], _stated(result)
        entry = EvalResultEntry(
            dataset_id=dataset,
            task_id=task,
            value=result["score_details"]["score"],
            date=result["evaluation_timestamp"],
            notes=f"{stated.get('few-shot', 'unknown')} shots, lm-eval {stated['lm-eval']}"
            if "lm-eval" in stated
            else None,
        )
        files[f".eval_results/{task}.yaml"] = yaml.safe_dump(eval_result_entries_to_yaml([entry]), sort_keys=False)
    return files


def _is_complete(result: dict[str, Any]) -> bool:
    asked = result["score_details"].get("uncertainty", {}).get("num_samples")
    return asked is not None and asked == result["source_data"].get("samples_number")


def _stated(result: dict[str, Any]) -> dict[str, str]:
    stated: dict[str, str] = result.get("generation_config", {}).get("additional_details", {})
    return stated
