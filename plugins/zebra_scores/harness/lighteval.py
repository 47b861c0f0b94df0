"""Results of lighteval."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import attrs

from zebra_scores.cells import numeric
from zebra_scores.harness.metrics import metric_score, pick_metric
from zebra_scores.runs import Runs, Score

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

AVERAGE = ":_average"


@attrs.frozen(kw_only=True)
class LightEval(Runs):
    """lighteval results as JSON: a file, or a folder of runs. The row `all` and the parts of an average are left out."""

    def scores(self, content: object, path: Path) -> tuple[str, list[Score]] | None:
        """Return the model and its scores."""
        if not (isinstance(content, dict) and isinstance(content.get("results"), dict) and "config_general" in content):
            return None
        tasks = {_task(key): values for key, values in content["results"].items() if key != "all"}
        scores = [_score(name, values) for name, values in _without_parts(tasks).items()]
        return _model(content["config_general"], path), [score for score in scores if score]


def _task(key: str) -> str:
    """Return the task of `suite|task|shots` or `task|shots`."""
    parts = key.split("|")
    return parts[1] if len(parts) > 2 else parts[0]


def _without_parts(tasks: dict[str, Any]) -> dict[str, Any]:
    """Return the tasks without those that an average covers; the average takes the name of its family."""
    averaged = {name.removesuffix(AVERAGE) for name in tasks if name.endswith(AVERAGE)}
    covered = {name for name in tasks if name.partition(":")[0] in averaged and not name.endswith(AVERAGE)}
    return {name.removesuffix(AVERAGE): values for name, values in tasks.items() if name not in covered}


def _score(task: str, values: Mapping[str, Any]) -> Score | None:
    metric = pick_metric([name for name in values if not math.isnan(numeric(values[name]))])
    if metric is None:
        return None
    return metric_score(task, metric, numeric(values[metric]), numeric(values.get(f"{metric}_stderr")))


def _model(config: Mapping[str, Any], path: Path) -> str:
    return str(config.get("model_name") or (config.get("model_config") or {}).get("model_name") or path.parent.name)
