"""Training from beginning to end."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.trained_models import PAIR, metrics, settings, trained

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


@pytest.mark.parametrize("trainer", ["dpo", "kto", "reward", "orpo", "cpo", "simpo"])
def test_it_learns(zebra_cli: Project, demo: Path, trainer: str) -> None:
    """On 120 held-out pairs, the chosen response has the higher reward in more than 0.8."""
    result = trained(zebra_cli, demo, trainer, held_out=0.2, num_train_epochs=2)
    assert (result["pairs"], result["rows"], result["longer"]) == (120, 480, 45 / 120)
    assert result["accuracy"] > 0.8
    assert result["steps"] == 2 * 480 / 8 * (2 if trainer == "kto" else 1)  # KTO takes each response by itself


def test_sft_learns_the_chosen_responses(zebra_cli: Project, demo: Path) -> None:
    """The loss falls from that of a guess, ln 261, one for each token."""
    result = trained(zebra_cli, demo, "sft", num_train_epochs=1)
    losses = [entry["loss"] for entry in metrics(zebra_cli.folder / "out") if "loss" in entry]
    assert losses[0] == pytest.approx(np.log(261), abs=0.1)
    assert losses[-1] < 0.6 * losses[0]
    assert result["loss"] < 0.6 * losses[0]


def test_batches_without_padding(zebra_cli: Project, demo: Path) -> None:
    """SFT on batches without padding has the losses of padded ones, and cuts at max_length too."""
    losses = {}
    for free in (False, True):
        values = {"padding_free": free, "max_steps": 3, "max_length": 100, "logging_steps": 1, "held_out": 0}
        trained(zebra_cli, demo, "sft", "--overwrite", **values)
        losses[free] = [entry["loss"] for entry in metrics(zebra_cli.folder / "out") if "loss" in entry]
    assert len(losses[True]) == 3
    assert losses[True] == pytest.approx(losses[False], rel=1e-5)


def test_run_trains_and_resumes(zebra_cli: Project) -> None:
    """`zebra run --trainer` builds and trains, and writes every file; a second run uses the existing dataset."""
    arguments = ["run", "--model", "tiny", *settings("dpo", num_train_epochs=1)]
    output = zebra_cli.run(*arguments)
    assert "settings that suit the model: learning_rate 0.002" in output.stdout
    assert "The trained model is in zebra-dataset-dpo/" in output.stdout
    folder = zebra_cli.folder / "zebra-dataset-dpo"
    files = {
        "README.md",
        "training.json",
        "results.json",
        "metrics.jsonl",
        "curves.svg",
        "config.json",
        "model.safetensors",
    }
    assert files | {"tokenizer.json", "tokenizer_config.json", "chat_template.jinja", "generation_config.json"} == {
        path.name for path in folder.iterdir()
    }
    card = (folder / "README.md").read_text()
    for message in (
        "600 pairs of 600 instructions",
        "strategy `consensus-sim`",
        "| learning_rate | `0.002` |",
        "held-out reward accuracy",
    ):
        assert message in card
    assert "recipe" not in json.loads((folder / "training.json").read_text())
    assert "trainer" not in zebra_cli.manifest()["recipe"]
    shutil.rmtree(folder)
    again = zebra_cli.run(*arguments)
    assert "the dataset in zebra-dataset is already what this run would write" in again.stdout
    assert "zebra-dataset-dpo exists already; add --overwrite" in zebra_cli.run(*arguments, code=2).stderr


def test_trl_alone_reads_the_folder(zebra_cli: Project) -> None:
    """TRL's trainer accepts `load_dataset(folder)` unchanged; every row is used and the loss starts at ln 2."""
    import datasets
    from trl import DPOConfig, DPOTrainer

    zebra_cli.run("run", "-o", "pairs")
    zebra_cli.run("tiny-model", "model")
    pairs = datasets.load_dataset("pairs", split="train", cache_dir=str(zebra_cli.folder / "cache"))
    quiet = {"report_to": [], "disable_tqdm": True, "save_strategy": "no", "use_cpu": True, "bf16": False}
    config = DPOConfig(output_dir="trained", max_steps=2, learning_rate=5e-3, logging_steps=1, **quiet)
    trainer = DPOTrainer(model="model", args=config, train_dataset=pairs)
    assert len(trainer.train_dataset) == len(pairs) == 600
    trainer.train()
    losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert losses[0] == pytest.approx(np.log(2), abs=1e-3)
    assert losses[1] < losses[0]


def test_two_processes_are_one(zebra_cli: Project, demo: Path) -> None:
    """Two processes of four rows have the loss curve of one with eight; each line is printed once."""
    values = {"max_steps": 12, "logging_steps": 1, "held_out": 0.1}
    trained(zebra_cli, demo, "dpo", **values, per_device_train_batch_size=8)
    (zebra_cli.folder / "out").rename(zebra_cli.folder / "one")
    two = [*settings("dpo", **values, per_device_train_batch_size=4), "--launch", "torchrun:2"]
    arguments = ["train", str(demo), "--model", "tiny", "-o", "out", *two]
    done = subprocess.run([sys.executable, "-m", "zebra_core", *arguments], check=True, capture_output=True, text=True)
    assert done.stderr.count("rows to train on") == done.stdout.count("The trained model is in") == 1
    one, out = (
        [entry["loss"] for entry in metrics(zebra_cli.folder / name) if "loss" in entry] for name in ("one", "out")
    )
    assert len(one) == 12
    np.testing.assert_allclose(one, out, rtol=2e-5)


def test_the_reference_is_computed_once(zebra_cli: Project, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second training on the same dataset and model reads the log-probabilities from the cache."""
    from trl import DPOTrainer

    first = trained(zebra_cli, demo, "dpo", max_steps=4, precompute_ref_log_probs=True)
    monkeypatch.setattr(DPOTrainer, "compute_ref_log_probs", lambda *_: pytest.fail("computed again"))
    again = trained(zebra_cli, demo, "dpo", "--overwrite", max_steps=4, precompute_ref_log_probs=True)
    assert first["loss"] == again["loss"]


def test_sft_uses_only_chosen_responses(zebra_cli: Project) -> None:
    """A pair of two identical responses is a response to learn from."""
    zebra_cli.write("pairs.jsonl", "".join(json.dumps({**PAIR, "rejected": "Yes."}) + "\n" for _ in range(4)))
    output = zebra_cli.run(
        "train", "pairs.jsonl", "--trainer", "sft", "--model", "tiny", *settings("sft", max_steps=1, held_out=0)
    ).stderr
    assert "4 rows of" in output
    assert (zebra_cli.folder / "pairs.jsonl-sft/model.safetensors").is_file()


def test_the_model_is_next_to_the_dataset(zebra_cli: Project) -> None:
    """`zebra run -o FOLDER/pairs` trains into FOLDER/pairs-dpo, and checks before building that it does not exist."""
    arguments = ["run", "--model", "tiny", "-o", "made/pairs", *settings("dpo", max_steps=1)]
    zebra_cli.run(*arguments)
    assert (zebra_cli.folder / "made/pairs-dpo/model.safetensors").is_file()
    shutil.rmtree(zebra_cli.folder / "made/pairs")
    assert zebra_cli.run(*arguments, code=2).stderr.startswith("Error: made/pairs-dpo exists already; add --overwrite")
    assert not (zebra_cli.folder / "made/pairs").exists()
