"""Scores that a model's repository on the Hugging Face hub carries: `.eval_results/*.yaml`, and `model-index` in README.md."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from zebra_scores.runs import Runs, Score, numeric

if TYPE_CHECKING:
    from pathlib import Path


@attrs.frozen(kw_only=True)
class EvalResults(Runs):
    """`.eval_results/*.yaml` of a model's repository, or of a folder of repositories; the model is the folder's name."""

    suffixes = (".yaml", ".yml")

    def opened(self, path: Path) -> Any:
        """Parse a file."""
        import yaml  # noqa: PLC0415

        try:
            return yaml.safe_load(path.read_text(encoding="utf-8"))
        except (yaml.YAMLError, UnicodeDecodeError):
            return None

    def scores(self, held: Any, path: Path) -> tuple[str, list[Score]] | None:
        """Return the model and its scores."""
        from huggingface_hub import parse_eval_result_entries  # noqa: PLC0415

        if path.parent.name != ".eval_results" or not isinstance(held, list):
            return None
        try:
            entries = parse_eval_result_entries(held)
        except (ValueError, KeyError, TypeError):
            return None
        model = path.parent.parent.resolve().name.replace("--", "/")
        scores = [
            Score(e.dataset_id.rpartition("/")[2] if e.task_id in ("default", "") else e.task_id, numeric(e.value))
            for e in entries
        ]
        return model, scores


@attrs.frozen(kw_only=True)
class ModelIndex(Runs):
    """`model-index` in the README.md of a model's repository, or of a folder of repositories."""

    suffixes = ("README.md",)

    def opened(self, path: Path) -> Any:
        """Parse the front matter."""
        import yaml  # noqa: PLC0415

        found = re.match(r"\s*---\n(.*?)\n---", path.read_text(encoding="utf-8", errors="replace"), flags=re.DOTALL)
        try:
            return yaml.safe_load(found[1]) if found else None
        except yaml.YAMLError:
            return None

    def scores(self, held: Any, path: Path) -> tuple[str, list[Score]] | None:  # noqa: ARG002
        """Return the model and its scores."""
        from huggingface_hub.repocard_data import model_index_to_eval_results  # noqa: PLC0415

        if not (isinstance(held, dict) and held.get("model-index")):
            return None
        try:
            model, entries = model_index_to_eval_results(held["model-index"])
        except (ValueError, KeyError, TypeError):
            return None
        return str(model), [Score(e.dataset_name, numeric(e.metric_value)) for e in entries]
