"""Training against rewards, from beginning to end."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from helpers.trained_models import metrics, settings, trained

import zebra_core as zebra
from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs

ROOT = Path(__file__).parents[4]
SHORT = {"max_completion_length": 4, "num_generations": 8, "beta": 0.0, "logging_steps": 5, "eval_prompts": 16}
PRINTABLE = ["--reward", "format", "--set", "format.pattern=[ -~]+"]
MY_REWARD = """\
import zebra_core as zebra


@zebra.hookimpl
def zebra_rewards():
    return {"my_reward": brief}


def brief(prompts, completions, **columns):
    \"\"\"Minus the number of words, in hundreds.\"\"\"
    return [-len(text.split()) / 100 for text in completions]
"""


def weights(folder: Path) -> str:
    """Return the hash of the weights."""
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


@pytest.mark.parametrize("trainer", ["grpo", "rloo"])
def test_it_raises_the_reward(zebra_cli: Project, demo: Path, trainer: str) -> None:
    """Of responses to held-out prompts, fewer than 0.1 are printable before the training, and more than 0.8 after it."""
    values = {"max_steps": 30, "eval_steps": 15, "learning_rate": 0.01, "per_device_train_batch_size": 48}
    result = trained(zebra_cli, demo, trainer, *PRINTABLE, **SHORT, **values, held_out=0.2)
    logged = metrics(zebra_cli.folder / "out")
    measured = {entry["step"]: entry["eval_reward"] for entry in logged if "eval_reward" in entry}
    assert [*measured] == [0, 15, 30]
    assert measured[0] < 0.1
    assert result["reward"] > 0.8
    assert (result["prompts"], result["steps"], result["rows"]) == (16, 30, 480)
    curves = {name for entry in logged for name in entry}
    assert {"reward", "completions/mean_length", "completions/clipped_ratio", "rewards/format/mean"} <= curves


def short(output: str, *more: str) -> list[str]:
    """Return a training of 8 steps with a checkpoint at every second, and a measurement at every third."""
    values = {**SHORT, "max_steps": 8, "save_steps": 2, "eval_steps": 3, "logging_steps": 1, "beta": 0.1}
    base = ["train", "rows.jsonl", "--trainer", "grpo", "--model", "tiny", "-o", output, "--reward", "length"]
    return [sys.executable, "-m", "zebra_core", *base, *settings("grpo", **values, held_out=0.3), *more]


def write_rows(project: Project) -> None:
    rows = [{"prompt": f"What is {n} + 1?", "chosen": str(n + 1), "rejected": "?"} for n in range(12)]
    project.write("rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))


def test_killed_it_ends_the_same(zebra_cli: Project) -> None:
    """Killed after its second checkpoint, it resumes, and weights and rewards are those of an undisturbed training."""
    write_rows(zebra_cli)
    subprocess.run(short("whole"), check=True, capture_output=True)
    partial = zebra_cli.folder / "killed.partial"
    process = subprocess.Popen(short("killed"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    while process.poll() is None and not (partial / "checkpoint-4/whole.json").exists():
        time.sleep(0.01)
    process.kill()
    process.communicate()
    done = subprocess.run(short("killed", "--resume"), check=True, capture_output=True, text=True)
    assert "resuming from checkpoint-" in done.stdout + done.stderr
    whole, killed = zebra_cli.folder / "whole", zebra_cli.folder / "killed"
    assert weights(whole) == weights(killed)
    logged = [
        [
            (entry["step"], entry.get("reward"), entry.get("eval_reward"))
            for entry in metrics(folder)
            if "resumed" not in entry
        ]
        for folder in (whole, killed)
    ]
    assert logged[0] == logged[1]


def test_a_changed_reward_is_another_training(zebra_cli: Project) -> None:
    """The options of a reward are a part of the training, which does not resume with others."""
    write_rows(zebra_cli)
    arguments = short("out")[3:]
    zebra_cli.run(*arguments, "--set", "grpo.max_steps=1")
    job = zebra.TrainingJob.read(zebra_cli.folder / "out")
    assert job is not None
    assert job.components["reward.length"]["options"] == {"limit": 1000, "within": 1000, "unit": "characters"}
    partial = zebra_cli.folder / "out.partial"
    (zebra_cli.folder / "out").rename(partial)
    (partial / "checkpoint-1").mkdir()
    output = zebra_cli.run(*arguments, "--set", "grpo.max_steps=1", "--set", "length.limit=5", code=2).stderr
    assert "components.reward.length.options.limit was 1000 and is 5" in output


def test_a_reward_in_eleven_lines(zebra_cli: Project) -> None:
    """A function in a file is a reward of the training, and passes the kit."""
    assert len(MY_REWARD.splitlines()) == 11
    assert MY_REWARD in (ROOT / "docs/how-to/train.md").read_text(encoding="utf-8")
    zebra_cli.write("my_reward.py", MY_REWARD)
    write_rows(zebra_cli)
    values = {**SHORT, "max_steps": 1, "held_out": 0}
    arguments = ["train", "rows.jsonl", "--trainer", "grpo", "--model", "tiny", "--plugin", "my_reward"]
    zebra_cli.run(*arguments, "--reward", "my_reward", *settings("grpo", **values))
    assert "rewards/my_reward/mean" in metrics(zebra_cli.folder / "rows.jsonl-grpo")[0]
    assert "15 passed" in zebra_cli.run("plugin", "check", "my_reward.py").stdout


def test_it_stops_at_a_bound(zebra_cli: Project) -> None:
    """`--stop-if` ends the training with a saved model, and result and card say so."""
    write_rows(zebra_cli)
    values = {**SHORT, "max_steps": 5, "logging_steps": 1, "held_out": 0}
    bound = ["--stop-if", "completion length > 1"]
    arguments = ["train", "rows.jsonl", "--trainer", "rloo", "--model", "tiny", "-o", "out", "--reward", "length=0.5"]
    output = zebra_cli.run(*arguments, *bound, *settings("rloo", **values))
    assert "stopped after step 1: completion length is " in output.stdout + output.stderr
    result = json.loads((zebra_cli.folder / "out/results.json").read_text())
    assert (result["steps"], result["metrics"]) == (1, {"stopped_at_step": 1})
    card = (zebra_cli.folder / "out/README.md").read_text()
    assert "# Trained with RLOO against rewards without annotation" in card
    assert "| step after which --stop-if ended the training | 1 |" in card
    assert "| reward.length.limit | `1000` |" in card
    assert (zebra_cli.folder / "out/model.safetensors").is_file()


def test_a_reward_model_and_a_verifier(zebra_cli: Project, demo: Path) -> None:
    """A trained reward model and a component count with their weights; rows of prompts alone are enough."""
    trained(zebra_cli, demo, "reward", max_steps=2, held_out=0)
    zebra_cli.write(
        "prompts.jsonl",
        "".join(json.dumps({"prompt": [{"role": "user", "content": f"{n}?"}]}) + "\n" for n in range(12)),
    )
    values: dict[str, Any] = {**SHORT, "max_steps": 1, "held_out": 0.3}
    rewards = ["--reward", "out=2", "--reward", "length=-1", "--set", "length.limit=0"]
    zebra_cli.run(
        "train",
        "prompts.jsonl",
        "--trainer",
        "grpo",
        "--model",
        "tiny",
        "-o",
        "policy",
        *rewards,
        *settings("grpo", **values),
    )
    entry = metrics(zebra_cli.folder / "policy")[1]
    assert entry["reward"] == pytest.approx(2 * entry["rewards/out/mean"] - entry["rewards/length/mean"], abs=1e-4)
    result = json.loads((zebra_cli.folder / "policy/results.json").read_text())["metrics"]
    assert {*result} == {"prompts", "reward", "length", "reward out", "reward length"}
