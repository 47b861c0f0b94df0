"""Logs of inspect_ai."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import attrs

from zebra_scores.cells import numeric
from zebra_scores.runs import Runs, Score

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@attrs.frozen(kw_only=True)
class Inspect(Runs):
    """inspect_ai logs, `.json` or `.eval`: the accuracy (else the first metric) of each scorer, with its standard error."""

    suffixes = (".json", ".eval")

    def load(self, path: Path) -> Any:
        """Return the content of a log; a `.eval` file is an archive whose header has the results."""
        if path.suffix != ".eval":
            return super().load(path)
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            return json.loads(archive.read("header.json")) if "header.json" in archive.namelist() else None

    def scores(self, content: object, path: Path) -> tuple[str, list[Score]] | None:  # noqa: ARG002
        """Return the model and its scores; with several scorers, a benchmark is `task:scorer`."""
        if not (isinstance(content, dict) and isinstance(content.get("eval"), dict) and "task" in content["eval"]):
            return None
        run = content["eval"]
        task = run["task"].rpartition("/")[2]
        scorers = (content.get("results") or {}).get("scores") or []
        names = [task if len(scorers) == 1 else f"{task}:{scorer.get('name')}" for scorer in scorers]
        scores = [_score(name, scorer.get("metrics") or {}) for name, scorer in zip(names, scorers, strict=True)]
        return str(run.get("model")), [score for score in scores if score]


def _score(name: str, metrics: Mapping[str, Any]) -> Score | None:
    metric = next((m for m in ("accuracy", "mean", *metrics) if m in metrics), None)
    if metric is None:
        return None
    return Score(name, numeric(metrics[metric].get("value")), numeric((metrics.get("stderr") or {}).get("value")))
