"""Results in the JSON schema of every_eval_ever."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_core.evaluation import SCORES
from zebra_scores.cells import numeric
from zebra_scores.helm import direction
from zebra_scores.runs import Runs, Score, binomial

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@attrs.frozen(kw_only=True)
class EveryEvalEver(Runs):
    """every_eval_ever's JSON schema: a file, or a folder of them, with direction, range and uncertainty."""

    def declines(self, location: str) -> str | None:
        """Return why no file of the location is of this format, None if one is.

        In a folder, a log beside the results of `zebra evaluate` has nothing that these have not.
        """
        reason, path = super().declines(location), zebra.storage.place(location)
        if reason is None and path.is_dir() and all(_is_copy(file) for file, *_ in self._runs(location)):
            return "finds only the logs beside results of `zebra evaluate`"
        return reason

    def scores(self, content: object, path: Path) -> tuple[str, list[Score]] | None:  # noqa: ARG002
        """Return the model and its scores; a file's only result is named after its dataset, as its own name may be a scorer's."""
        if not (isinstance(content, dict) and "evaluation_results" in content and "model_info" in content):
            return None
        model, results = content["model_info"], content["evaluation_results"]
        names = [str(result.get("evaluation_name")) for result in results]
        if len(results) == 1:
            names = [_dataset(results[0]) or names[0]]
        scores = [_score(name, result) for name, result in zip(names, results, strict=True)]
        return str(model.get("id") or model.get("name")), scores


def _is_copy(log: Path) -> bool:
    return log.with_name(SCORES).is_file()


def _dataset(result: Mapping[str, Any]) -> str:
    source = result.get("source_data")
    return str(source.get("dataset_name") or "") if isinstance(source, dict) else ""


def _score(name: str, result: Mapping[str, Any]) -> Score:
    config, details = result.get("metric_config") or {}, result.get("score_details") or {}
    low, high = numeric(config.get("min_score")), numeric(config.get("max_score"))
    bounds = (low, high) if low < high else None
    value = numeric(details.get("score"))
    return Score(name, value, _stderr(value, details.get("uncertainty") or {}), direction(config), bounds)


def _stderr(value: float, uncertainty: Mapping[str, Any]) -> float:
    error = uncertainty.get("standard_error")
    stderr = numeric(error.get("value") if isinstance(error, dict) else error)
    return binomial(value, uncertainty.get("num_samples")) if math.isnan(stderr) else stderr
