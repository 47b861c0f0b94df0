"""Scores in model repositories."""

from __future__ import annotations

from helpers.runs import scores, table

from zebra_core.testing import Project
from zebra_scores.hub_cards import ModelIndex


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


def test_a_dataset_whose_name_is_no_text(zebra_cli: Project) -> None:
    """YAML reads `on` as true and `1984` as a number; a benchmark's name is text."""
    result = "  - task:\n      type: t\n    dataset:\n      name: {}\n      type: d\n    metrics:\n    - type: acc\n      value: 5\n"
    results = "".join(result.format(name) for name in ("on", "1984"))
    zebra_cli.write("cards/README.md", f"---\nmodel-index:\n- name: m\n  results:\n{results}---\n")
    assert [benchmark.name for benchmark in ModelIndex()("cards").benchmarks] == ["True", "1984"]


def test_a_front_matter_too_long_to_be_read(zebra_cli: Project) -> None:
    """A card whose front matter has ten million characters is no card: reading it would take seconds."""
    front = "model-index:\n- name: m\n  results: []\nnotes: "
    zebra_cli.write("cards/README.md", f"---\n{front}{'x' * 10_000_000}\n---\n")
    zebra_cli.write("cards/x.csv", "model,MMLU\nm,1\n")
    assert (
        "cards has no score in this format" in zebra_cli.run("scores", "--scores", "model-index:cards", code=2).stderr
    )
