"""Results of evaluation harnesses: lm-evaluation-harness, lighteval, inspect_ai, every_eval_ever."""

from __future__ import annotations

import json
import math
import zipfile
from statistics import fmean
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_scores.runs import Runs, Score, binomial, numeric

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


METRICS = (
    "prompt_level_strict_acc", "acc_norm", "acc", "exact_match", "em", "pass@1", "pass_at_1", "quasi_exact_match",
    "extractive_match", "f1", "mcc", "bleu", "rouge", "word_perplexity", "perplexity",
)  # fmt: skip
"""Which metric of a task is its score: the first that it has."""
NO_SHARES = ("mcc", "bleu", "rouge", "perplexity")
"""Of which of them the range is another than 0 to 1, or not known."""


@attrs.frozen(kw_only=True)
class LmEval(Runs):
    """lm-evaluation-harness results as JSON, of 0.3 and 0.4: a file, or a folder of runs; standard errors are read too.

    Of a task's metrics the first of prompt_level_strict_acc, acc_norm, acc, exact_match, ... is taken; `metrics` names another
    by task. Of a group (mmlu) the group's own score is taken and not those of its parts; the 57 parts of MMLU as 0.3 has
    them are averaged.
    """

    metrics: dict[str, str] = zebra.option(
        factory=dict, help="Metric to read for a task, by task; by default the task's main one."
    )

    def scores(self, held: Any, path: Path) -> tuple[str, list[Score]] | None:
        """Return the model and its scores."""
        if not (isinstance(held, dict) and isinstance(held.get("results"), dict) and "versions" in held):
            return None
        groups = held.get("group_subtasks") or {}
        grouped = {part for group, parts in groups.items() if self._scored(group, held) for part in parts}
        scores = [s for task in held["results"] if task not in grouped and (s := self._scored(task, held))]
        return _model(held, path), _averaged(scores)

    def _scored(self, task: str, held: Mapping[str, Any]) -> Score | None:
        values = held["results"].get(task)
        if not isinstance(values, dict):
            return None
        named = {key.partition(",")[0]: key for key in reversed(list(values)) if not math.isnan(numeric(values[key]))}
        measured = [name for name in named if name != "sample_len" and not name.endswith("_stderr")]
        only = measured[0] if len(measured) == 1 else None
        metric = self.metrics.get(task) or next((m for m in METRICS if m in named), only)
        if metric is None or metric not in named:
            return Score(task, math.nan) if measured else None
        key = named[metric]
        name, comma, filtered = key.partition(",")
        value, stderr = numeric(values[key]), numeric(values.get(f"{name}_stderr{comma}{filtered}"))
        if math.isnan(stderr):
            stderr = binomial(value, (held.get("n-samples") or {}).get(task, {}).get("effective"))
        better = (held.get("higher_is_better") or {}).get(task, {}).get(metric)
        lower = "perplexity" in metric if better is None else not better
        return Score(task, value, stderr, "lower" if lower else "higher", _range(metric, value))


def _range(metric: str, value: float) -> tuple[float, float] | None:
    """Return the range of a metric that is a share."""
    return (0.0, 1.0) if 0 <= value <= 1 and not any(name in metric for name in NO_SHARES) else None


def _model(held: Mapping[str, Any], path: Path) -> str:
    """Return the model's name: as the run says it, else in its arguments; for a path on somebody's disk the file's name."""
    config = held.get("config") or {}
    arguments = config.get("model_args") or ""
    if isinstance(arguments, str):
        arguments = dict(pair.partition("=")[::2] for pair in arguments.split(","))
    said = str(held.get("model_name") or arguments.get("pretrained") or arguments.get("model") or "")
    return path.stem.partition("_")[0] if not said or said.startswith(("/", ".")) else said


def _averaged(scores: list[Score]) -> list[Score]:
    """Take the mean of the 57 parts of MMLU; the rest stays."""
    parts = [s for s in scores if s.benchmark.startswith("hendrycksTest-")]
    if not parts:
        return scores
    stderr = math.sqrt(sum(s.stderr**2 for s in parts)) / len(parts)
    mean = Score("MMLU", fmean(s.value for s in parts), stderr, parts[0].measured)
    return [*(s for s in scores if s not in parts), mean]


@attrs.frozen(kw_only=True)
class LightEval(Runs):
    """lighteval results as JSON: a file, or a folder of runs. The row `all` and the parts of an average are left out."""

    def scores(self, held: Any, path: Path) -> tuple[str, list[Score]] | None:
        """Return the model and its scores."""
        if not (isinstance(held, dict) and isinstance(held.get("results"), dict) and "config_general" in held):
            return None
        config = held["config_general"]
        tasks = {_task(key): values for key, values in held["results"].items() if key != "all"}
        averages = {name.removesuffix(":_average") for name in tasks if name.endswith(":_average")}
        scores = []
        for name, values in tasks.items():
            family = name.partition(":")[0]
            if family in averages and not name.endswith(":_average"):
                continue
            metric = next((m for m in METRICS if not math.isnan(numeric(values.get(m)))), None)
            if metric:
                error = numeric(values.get(f"{metric}_stderr"))
                better: zebra.Direction = "lower" if "perplexity" in metric else "higher"
                value = numeric(values[metric])
                scores.append(
                    Score(family if family in averages else name, value, error, better, _range(metric, value))
                )
        model = config.get("model_name") or (config.get("model_config") or {}).get("model_name") or path.parent.name
        return str(model), scores


def _task(key: str) -> str:
    """Return the task of `suite|task|shots` or `task|shots`."""
    parts = key.split("|")
    return parts[1] if len(parts) > 2 else parts[0]


@attrs.frozen(kw_only=True)
class Inspect(Runs):
    """inspect_ai logs, `.json` or `.eval`: the accuracy (else the first metric) of each scorer, with its standard error."""

    suffixes = (".json", ".eval")

    def opened(self, path: Path) -> Any:
        """Parse a log; a `.eval` file is an archive whose header has the results."""
        if path.suffix != ".eval":
            return super().opened(path)
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            return json.loads(archive.read("header.json")) if "header.json" in archive.namelist() else None

    def scores(self, held: Any, path: Path) -> tuple[str, list[Score]] | None:  # noqa: ARG002
        """Return the model and its scores."""
        if not (isinstance(held, dict) and isinstance(held.get("eval"), dict) and "task" in held["eval"]):
            return None
        task, scorers = held["eval"]["task"].rpartition("/")[2], (held.get("results") or {}).get("scores") or []
        scores = []
        for scorer in scorers:
            metrics = scorer.get("metrics") or {}
            name = next((m for m in ("accuracy", "mean", *metrics) if m in metrics), None)
            if name:
                value = numeric(metrics[name].get("value"))
                error = numeric((metrics.get("stderr") or {}).get("value"))
                label = task if len(scorers) == 1 else f"{task}:{scorer.get('name')}"
                scores.append(Score(label, value, error))
        return str(held["eval"].get("model")), scores


@attrs.frozen(kw_only=True)
class EveryEvalEver(Runs):
    """every_eval_ever's JSON schema: a file, or a folder of them, with direction, range and uncertainty."""

    def scores(self, held: Any, path: Path) -> tuple[str, list[Score]] | None:  # noqa: ARG002
        """Return the model and its scores; a benchmark is named by its dataset where the evaluation is but a scorer."""
        if not (isinstance(held, dict) and "evaluation_results" in held and "model_info" in held):
            return None
        info, results = held["model_info"], held["evaluation_results"]
        scores = [_every(result, alone=len(results) == 1) for result in results]
        return str(info.get("id") or info.get("name")), scores


def _every(result: Mapping[str, Any], *, alone: bool) -> Score:
    config, details = result.get("metric_config") or {}, result.get("score_details") or {}
    source = result.get("source_data") or {}
    dataset = source.get("dataset_name") if isinstance(source, dict) else None
    lower = config.get("lower_is_better")
    low, high = numeric(config.get("min_score")), numeric(config.get("max_score"))
    uncertainty = details.get("uncertainty") or {}
    error = uncertainty.get("standard_error")
    stderr = numeric(error.get("value") if isinstance(error, dict) else error)
    value = numeric(details.get("score"))
    if math.isnan(stderr):
        stderr = binomial(value, uncertainty.get("num_samples"))
    return Score(
        str(dataset if dataset and alone else result.get("evaluation_name")),
        value,
        stderr,
        None if lower is None else "lower" if lower else "higher",
        (low, high) if low < high else None,
    )
