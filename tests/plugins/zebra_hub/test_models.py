"""What is published of a trained model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.small_pool import files

import zebra_core as zebra
from zebra_core.testing import Project

CARD = "---\nbase_model: org/base\nlibrary_name: transformers\npipeline_tag: text-generation\n---\n\n# Trained\n\nBy DPO.\n"
EVALUATOR = '''
import attrs
import zebra_core as zebra

@zebra.hookimpl
def zebra_evaluators():
    return {"tasks": Tasks}

@attrs.frozen
class Tasks:
    """As the evaluator of a harness: `asked` of the 12,032 questions of MMLU-Pro, and all of two subsets of ARC."""

    asked: int = 12032

    def __call__(self, model, output):
        scores = {"mmlu_pro": 0.25, "arc_easy": 0.5, "arc_challenge": 0.75}
        benchmarks = [zebra.Benchmark(name, bounds=(0, 1)) for name in scores]
        return zebra.ScoreTable.from_rows([(model, scores)], benchmarks)

    def provenance(self, results):
        common = {"split": "test", "few-shot": 0, "lm-eval": "0.4.13"}
        arc = {"dataset": "allenai/ai2_arc", "questions": 9, "of": 9, **common}
        return {
            "mmlu_pro": {"dataset": "TIGER-Lab/MMLU-Pro", "questions": self.asked, "of": 12032, **common},
            "arc_easy": {"subset": "ARC-Easy", **arc},
            "arc_challenge": {"subset": "ARC-Challenge", **arc},
        }
'''
PUSH = ("push", "trained", "me/trained", "--license", "mit")


@pytest.fixture
def trained(zebra_cli: Project) -> Project:
    """A folder as a training leaves it, and its evaluations, of all questions and of some."""
    job = zebra.TrainingJob(
        zebra="1",
        trainer="dpo",
        plugin="trl 1",
        options={},
        dataset={"location": "pairs"},
        model={"location": "org/base"},
    )
    zebra_cli.write("trained/README.md", CARD)
    zebra_cli.write("trained/model.safetensors", b"weights")
    zebra_cli.write("trained/checkpoint-3/model.safetensors", b"of before")
    zebra.write_record(job, zebra_cli.folder / "trained/training.json")
    zebra_cli.write("tasks.py", EVALUATOR)
    evaluate = ("evaluate", "trained", "--plugin", "tasks", "--evaluator", "tasks")
    zebra_cli.run(*evaluate, "-o", "all")
    zebra_cli.run(*evaluate, "-o", "some", "--set", "tasks.asked=100")
    return zebra_cli


def test_the_files(trained: Project) -> None:
    """The model and its records are published, its checkpoints are not; the card gets licence and training data."""
    output = trained.run(*PUSH, "--dataset", "me/pairs", "-o", "made").stdout
    assert [line.split()[0] for line in output.splitlines()[1:-2]] == [
        "README.md",
        "model.safetensors",
        "training.json",
    ]
    from huggingface_hub import ModelCard

    card = ModelCard.load(trained.folder / "made/README.md")
    assert (card.data.license, card.data.base_model, card.data.datasets) == ("mit", "org/base", ["me/pairs"])
    assert card.text.strip() == "# Trained\n\nBy DPO."
    (trained.folder / "trained/model.safetensors").unlink()
    assert "trained has no weights" in trained.run(*PUSH, "--dry-run", code=2).stderr


def test_the_model_index(trained: Project) -> None:
    """The card has each score of the evaluation under its benchmark, as the Hub's library and our own score source read it."""
    from huggingface_hub import ModelCard

    trained.run(*PUSH, "--evaluation", "all", "-o", "made")
    results = ModelCard.load(trained.folder / "made/README.md").data.eval_results
    assert {(r.dataset_name, r.dataset_type, r.dataset_config, r.metric_value, r.metric_name) for r in results} == {
        ("MMLU-Pro", "TIGER-Lab/MMLU-Pro", None, 25.0, "percent"),
        ("ARC-Easy", "allenai/ai2_arc", "ARC-Easy", 50.0, "percent"),
        ("ARC-Challenge", "allenai/ai2_arc", "ARC-Challenge", 75.0, "percent"),
    }
    table = zebra.read_scores("model-index:made/README.md")
    measured = zebra.read_scores("all/scores.json")
    assert [b.name for b in table.benchmarks] == [b.name for b in measured.benchmarks]
    assert (table.models, table.values.tolist()) == (("trained",), measured.values.tolist())


def test_the_results_for_leaderboards(trained: Project) -> None:
    """A benchmark of the Hub has a file in `.eval_results` if all of its questions were asked, as the Hub's library reads it."""
    import yaml
    from huggingface_hub import parse_eval_result_entries

    trained.run(*PUSH, "--evaluation", "all", "-o", "made")
    (entry,) = parse_eval_result_entries(
        yaml.safe_load((trained.folder / "made/.eval_results/mmlu_pro.yaml").read_text(encoding="utf-8"))
    )
    assert (entry.dataset_id, entry.task_id, entry.value) == ("TIGER-Lab/MMLU-Pro", "mmlu_pro", 25.0)
    log = json.loads((trained.folder / "all/every_eval_ever.json").read_text(encoding="utf-8"))
    assert (entry.date, entry.notes) == (log["evaluation_timestamp"], "0 shots, lm-eval 0.4.13")
    assert zebra.read_scores("eval-results:made").values.tolist() == [[25.0]]
    trained.run(*PUSH, "--evaluation", "some", "-o", "partly")
    assert files(trained.folder / "partly").keys() == {"README.md"}


def test_evaluations_that_do_not_fit(trained: Project) -> None:
    """A folder without an evaluation, and two evaluations of one benchmark."""
    Path("empty").mkdir()
    assert "empty has no every_eval_ever.json" in trained.run(*PUSH, "--evaluation", "empty", code=2).stderr
    message = trained.run(*PUSH, "--evaluation", "all", "--evaluation", "some", code=2).stderr
    assert "two evaluations have a score on" in message
