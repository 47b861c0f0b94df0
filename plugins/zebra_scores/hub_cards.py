"""Scores in a model's repository on the Hugging Face Hub: `.eval_results/*.yaml`, and `model-index` in README.md."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs

from zebra_scores.cells import numeric
from zebra_scores.runs import Runs, Score

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 1_000_000
"""The most characters of YAML that are read: at 100 kB a second, longer texts would stop a run for nothing."""


@attrs.frozen(kw_only=True)
class EvalResults(Runs):
    """`.eval_results/*.yaml` of a model's repository, or of a folder of repositories; the model is named after the folder."""

    suffixes = (".yaml", ".yml")

    def load(self, path: Path) -> Any:
        """Return the content of a YAML file, or None if it is not valid."""
        try:
            return read_yaml(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            return None

    def scores(self, content: object, path: Path) -> tuple[str, list[Score]] | None:
        """Return the model and its scores."""
        from huggingface_hub import parse_eval_result_entries  # noqa: PLC0415

        if path.parent.name != ".eval_results" or not isinstance(content, list):
            return None
        try:
            entries = parse_eval_result_entries(content)
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

    def load(self, path: Path) -> Any:
        """Return the front matter, or None if there is no valid one."""
        front_matter = re.match(
            r"\s*---\n(.*?)\n---", path.read_text(encoding="utf-8", errors="replace"), flags=re.DOTALL
        )
        return read_yaml(front_matter[1]) if front_matter else None

    def scores(self, content: object, path: Path) -> tuple[str, list[Score]] | None:  # noqa: ARG002
        """Return the model and its scores."""
        from huggingface_hub.repocard_data import model_index_to_eval_results  # noqa: PLC0415

        if not (isinstance(content, dict) and content.get("model-index")):
            return None
        try:
            model, entries = model_index_to_eval_results(content["model-index"])
        except (ValueError, KeyError, TypeError):
            return None
        named = [e for e in entries if e.dataset_name is not None]
        return str(model), [Score(e.dataset_name, numeric(e.metric_value)) for e in named]


def read_yaml(text: str) -> Any:
    """Return the content of a YAML text, or None if it is not valid, or too long to be a card or a results file.

    The loader in C would be faster, but deep nesting ends its process.
    """
    import yaml  # noqa: PLC0415

    try:
        return yaml.safe_load(text) if len(text) <= LONGEST else None
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
