"""Scores in model repositories."""

from __future__ import annotations

from helpers.runs import scores, table

from zebra_core.testing import Project


def test_model_repositories(zebra_cli: Project) -> None:
    """`.eval_results/*.yaml` (the model is the folder), and `model-index` in README.md."""
    zebra_cli.write(
        "repos/org--m/.eval_results/a.yaml",
        "- dataset:\n    id: Idavidrein/gpqa\n    task_id: gpqa_diamond\n  value: 41.2\n- dataset:\n    id: cais/hle\n    task_id: default\n  value: 20.9\n",
    )
    assert scores(table("repos"), "org/m") == {"GPQA-Diamond": 41.2, "HLE": 20.9}
    zebra_cli.write(
        "cards/README.md",
        "---\nmodel-index:\n- name: my-model\n  results:\n  - task:\n      type: text-generation\n    dataset:\n      name: GSM8K\n      type: gsm8k\n    metrics:\n    - type: acc\n      value: 51.5\n---\n# my model\n",
    )
    assert scores(table("cards"), "my-model") == {"GSM8K": 51.5}
