"""The evaluator `pairs`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.trained_models import settings

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_pair_accuracy_equals_trl(zebra_cli: Project, demo: Path) -> None:
    """Accuracy on held-out pairs is that of TRL's own trainer for the same model, reference and pairs."""
    import datasets
    from transformers import AutoModelForCausalLM
    from trl import DPOConfig, DPOTrainer

    rows = datasets.load_dataset(
        "parquet", data_files=[str(p) for p in (demo / "data").glob("*.parquet")], split="train"
    )
    rows.select(range(480)).to_json("train.jsonl")
    rows.select(range(480, 600)).to_json("test.jsonl")
    zebra_cli.run("tiny-model", "base")
    output = settings(
        "dpo",
        max_steps=12,
        learning_rate=2e-3,
        per_device_train_batch_size=8,
        gradient_accumulation_steps=1,
        held_out=0,
    )
    zebra_cli.run("train", "train.jsonl", "--model", "base", "-o", "out", *output)
    zebra_cli.run("evaluate", "out", "--pairs", "test.jsonl", "--add-to", "scores.csv")
    result = json.loads((zebra_cli.folder / "out-evaluation/pairs.json").read_text())
    assert result["pairs"] == 120
    quiet = {"report_to": [], "disable_tqdm": True, "use_cpu": True, "bf16": False}
    trainer = DPOTrainer(
        model="out",
        ref_model=AutoModelForCausalLM.from_pretrained("base"),
        args=DPOConfig(output_dir="x", per_device_eval_batch_size=8, **quiet),
        train_dataset=rows.select(range(8)),
        eval_dataset=rows.select(range(480, 600)),
    )
    theirs = trainer.evaluate()
    assert result["accuracy"] == pytest.approx(theirs["eval_rewards/accuracies"], abs=1e-9)
    assert result["mean margin"] == pytest.approx(
        theirs["eval_rewards/margins"] / 0.1, rel=1e-3
    )  # theirs is times beta
    assert set(result["by source"]) <= {"arithmetic", "conversion", "sorting", "formatting", "lookup", "counting"}
    assert "pair-accuracy" in zebra_cli.run("scores", "--scores", "scores.csv").stdout


def test_pairs_of_an_untrained_model(zebra_cli: Project, demo: Path) -> None:
    """Against itself every pair is a tie, which is half; without a training.json the base must be named."""
    zebra_cli.run("tiny-model", "base")
    zebra_cli.run("evaluate", "base", "--pairs", str(demo), "--base", "base", "-o", "out")
    assert json.loads((zebra_cli.folder / "out/pairs.json").read_text())["accuracy"] == 0.5
    output = zebra_cli.run("evaluate", "base", "--pairs", str(demo), "-o", "out", code=2).stderr
    assert "base has no training.json with the model it was trained from; add --base MODEL" in output
