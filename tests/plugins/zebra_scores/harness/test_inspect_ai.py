"""Logs of inspect_ai."""

from __future__ import annotations

import json
import zipfile

from helpers.runs import errors, scores, table

from zebra_core.testing import Project


def test_inspect(zebra_cli: Project) -> None:
    """A log as JSON, and one as the archive that inspect_ai writes."""
    metrics = {"accuracy": {"value": 0.7}, "stderr": {"value": 0.05}}
    content = {
        "eval": {"task": "inspect_evals/gsm8k", "model": "openai/x"},
        "results": {"scores": [{"name": "match", "metrics": metrics}]},
    }
    zebra_cli.write("logs/one.json", json.dumps(content))
    content["eval"] = {"task": "mmlu_pro", "model": "openai/x"}
    with zipfile.ZipFile(zebra_cli.folder / "logs/two.eval", "w") as archive:
        archive.writestr("header.json", json.dumps(content))
    result = table("logs")
    assert (scores(result, "openai/x"), errors(result, "openai/x")) == (
        {"GSM8K": 70, "MMLU-Pro": 70},
        {"GSM8K": 5, "MMLU-Pro": 5},
    )
