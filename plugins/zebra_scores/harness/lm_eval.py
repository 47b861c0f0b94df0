"""Results of lm-evaluation-harness."""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_scores.cells import numeric
from zebra_scores.harness.metrics import metric_score, pick_metric
from zebra_scores.runs import Runs, Score, binomial

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@attrs.frozen(kw_only=True)
class LmEval(Runs):
    """lm-evaluation-harness results as JSON, of 0.3 and 0.4: a file, or a folder of runs; standard errors are read too.

    The score of a task is the first of its metrics among prompt_level_strict_acc, acc_norm, acc, exact_match, ...;
    `metrics` names another by task. A group with a score of its own (mmlu) is read instead of its parts; the 57 parts of
    MMLU that 0.3 writes are averaged.
    """

    metrics: dict[str, str] = zebra.option(
        factory=dict, help="Metric to read for a task, by task; by default the task's main one."
    )

    def scores(self, content: object, path: Path) -> tuple[str, list[Score]] | None:
        """Return the model and its scores."""
        if not (isinstance(content, dict) and isinstance(content.get("results"), dict) and "versions" in content):
            return None
        groups = content.get("group_subtasks") or {}
        parts = {part for group, tasks in groups.items() if self._score(group, content) for part in tasks}
        scores = [self._score(task, content) for task in content["results"] if task not in parts]
        return _model(content, path), _averaged([score for score in scores if score])

    def _score(self, task: str, content: Mapping[str, Any]) -> Score | None:
        """Return the score of a task, NaN if it does not have the metric; None if it has no metric at all."""
        values = content["results"].get(task)
        keys = _metric_keys(values) if isinstance(values, dict) else {}
        if not keys:
            return None
        only = next(iter(keys)) if len(keys) == 1 else ""
        metric = self.metrics.get(task) or pick_metric(keys) or only
        if metric not in keys:
            return Score(task, math.nan)
        name, comma, variant = keys[metric].partition(",")
        value, stderr = numeric(values[keys[metric]]), numeric(values.get(f"{name}_stderr{comma}{variant}"))
        if math.isnan(stderr):
            stderr = binomial(value, (content.get("n-samples") or {}).get(task, {}).get("effective"))
        higher = (content.get("higher_is_better") or {}).get(task, {}).get(metric)
        return metric_score(task, metric, value, stderr, higher_is_better=higher)


def _metric_keys(values: Mapping[str, Any]) -> dict[str, str]:
    """Return the key of each metric that has a number; of `acc,none` and `acc,flexible` the first."""
    keys = {key.partition(",")[0]: key for key in reversed(list(values)) if not math.isnan(numeric(values[key]))}
    return {name: key for name, key in keys.items() if name != "sample_len" and not name.endswith("_stderr")}


def _model(content: Mapping[str, Any], path: Path) -> str:
    """Return the model that the file or its arguments name; if that is a path, the model of the file's name."""
    arguments = (content.get("config") or {}).get("model_args") or ""
    if isinstance(arguments, str):
        arguments = dict(pair.partition("=")[::2] for pair in arguments.split(","))
    name = str(content.get("model_name") or arguments.get("pretrained") or arguments.get("model") or "")
    return path.stem.partition("_")[0] if not name or name.startswith(("/", ".")) else name


def _averaged(scores: list[Score]) -> list[Score]:
    """Return the scores with the 57 parts of MMLU, if any, replaced by their mean."""
    parts = [s for s in scores if s.benchmark.startswith("hendrycksTest-")]
    if not parts:
        return scores
    stderr = math.sqrt(sum(s.stderr**2 for s in parts)) / len(parts)
    mean = Score("MMLU", fmean(s.value for s in parts), stderr, parts[0].measured)
    return [*(s for s in scores if s not in parts), mean]
