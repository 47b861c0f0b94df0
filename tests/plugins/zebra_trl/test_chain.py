"""Trainers of TRL one after the other."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from helpers.trained_models import metrics, settings

import zebra_core as zebra
from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs
SHORT = {"max_steps": 6, "save_steps": 2, "logging_steps": 2, "held_out": 0}
ONLINE = {**SHORT, "max_completion_length": 4, "beta": 0.1}


def command(demo: Path, output: str, **dpo: object) -> list[str]:
    """Return a chain of 6 steps of SFT and 6 of DPO, with a checkpoint at every second."""
    return chain(demo, output, sft=SHORT, dpo={**SHORT, **dpo})


def chain(demo: Path, output: str, **values: dict[str, object]) -> list[str]:
    """Return a chain of trainers with these values of options."""
    options = [word for trainer, own in values.items() for word in settings(trainer, **own)]
    return ["train", str(demo), "--trainer", ",".join(values), "--model", "tiny", "-o", output, *options]


def weights(folder: Path) -> bytes:
    """Return the weights of a model."""
    return (folder / "model.safetensors").read_bytes()


def test_the_second_stage_starts_from_the_first_ones_weights(zebra_cli: Project, demo: Path) -> None:
    """At a learning rate of 0, DPO ends with the weights of SFT; each stage has its card, curves, metrics and results."""
    output = zebra_cli.run(*command(demo, "out", learning_rate=0.0))
    assert "stage 2 of 2, dpo: from out-sft to out\n" in output.stdout
    folder = zebra_cli.folder
    assert weights(folder / "out-sft") == weights(folder / "out")
    for name, base in (("out-sft", "tiny-"), ("out", "out-sft")):
        files = {path.name for path in (folder / name).iterdir()}
        assert files >= {"README.md", "curves.svg", "metrics.jsonl", "results.json", "training.json", "tokenizer.json"}
        assert f"| base model | `{base}" in (folder / name / "README.md").read_text()
    job = zebra.TrainingJob.read(folder / "out")
    assert job
    assert job.model["location"] == "out-sft"


def test_killed_in_each_stage_it_ends_the_same(zebra_cli: Project, demo: Path) -> None:
    """After a kill in each stage, the same command ends with the weights and metrics of an undisturbed one."""
    values, ends = {"sft": SHORT, "reward": SHORT, "grpo": ONLINE}, ("-sft", "-sft-reward", "")
    whole = [sys.executable, "-m", "zebra_core", *chain(demo, "whole", **values)]
    subprocess.run(whole, check=True, capture_output=True)
    killed = [sys.executable, "-m", "zebra_core", *chain(demo, "killed", **values)]
    folder = zebra_cli.folder
    for end in ends:
        partial = f"killed{end}.partial"
        process = subprocess.Popen(killed, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and not (folder / partial / "checkpoint-2").exists():
            time.sleep(0.01)
        process.kill()
        process.wait()
        assert (folder / partial / "checkpoint-2").exists()
    done = subprocess.run(killed, check=True, capture_output=True, text=True)
    for number, (trainer, end) in enumerate(zip(values, ends[:-1], strict=False)):
        place = f"stage {number + 1} of {len(ends)}, {trainer}"
        assert f"{place}: the model in killed{end} is already what it gives" in done.stdout
    for end in ends:
        assert weights(folder / f"whole{end}") == weights(folder / f"killed{end}")
        steps = [entry["step"] for entry in metrics(folder / f"killed{end}") if "loss" in entry]
        assert steps == [1, 2, 4, 6]


@pytest.mark.parametrize(
    ("trainers", "more", "message"),
    [
        (
            "sft,dpo",
            ("--lora", "r=4"),
            "sft trains an adapter, and dpo starts from a complete model; merge it: --set sft.lora=r=4,merge=true",
        ),
        (
            "reward,dpo",
            (),
            "reward gives a reward model, which scores responses, and dpo does not learn against rewards; name one that does",
        ),
    ],
)
def test_models_that_no_trainer_starts_from(
    zebra_cli: Project, demo: Path, trainers: str, more: tuple[str, ...], message: str
) -> None:
    """They are refused before anything is trained."""
    arguments = ["train", str(demo), "--trainer", trainers, "--model", "tiny", "-o", "out", *more]
    error = zebra_cli.run(*arguments, code=2).stderr
    assert error.startswith(f"Error: {message}")
    assert error.count("\n") == 1
    assert not [*zebra_cli.folder.glob("out*")]


def test_a_merged_adapter_is_a_model_to_start_from(zebra_cli: Project, demo: Path) -> None:
    """`merge=true` for the first stage alone: the second one gives an adapter of the first one's model."""
    brief = {"max_steps": 1, "held_out": 0}
    options = [*settings("sft", **brief, lora="r=4,merge=true"), *settings("dpo", **brief, lora="r=4")]
    zebra_cli.run("train", str(demo), "--trainer", "sft,dpo", "--model", "tiny", "-o", "out", *options)
    assert not (zebra_cli.folder / "out-sft/adapter_config.json").exists()
    assert (zebra_cli.folder / "out/adapter_config.json").is_file()
