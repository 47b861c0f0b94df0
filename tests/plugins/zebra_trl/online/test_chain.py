"""A reward model, and then a policy that learns against it, in one command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.trained_models import metrics, settings

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_core.training.folder import content_version

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs
BRIEF = {"max_steps": 2, "held_out": 0, "logging_steps": 1}
ONLINE = settings("grpo", **BRIEF, max_completion_length=4)
REWARD = settings("reward", **BRIEF)


def command(demo: Path, trainer: str, output: str, *more: str) -> list[str]:
    """Return a training of the tiny model."""
    return ["train", str(demo), "--trainer", trainer, "--model", "tiny", "-o", output, *more]


def test_pairs_reward_model_policy(zebra_cli: Project) -> None:
    """`zebra run` builds pairs, trains the reward model, and then the policy from the original model, against both rewards.

    The reward is 0.1 x length (-1 to 0) + the reward model's score.
    """
    length = ["--reward", "length=0.1", "--set", "length.limit=0", "--set", "length.within=3"]
    bound = ["--stop-if", "reward reward > 1000"]
    output = zebra_cli.run(
        "run", "--trainer", "reward,grpo", "--model", "tiny", *REWARD, *ONLINE, *length, *bound
    ).stdout
    assert "to zebra-dataset-reward-grpo, rewarded by zebra-dataset-reward\n" in output
    folder = zebra_cli.folder
    first, second = zebra.TrainingJob.read("zebra-dataset-reward"), zebra.TrainingJob.read("zebra-dataset-reward-grpo")
    assert first
    assert second
    assert first.model == second.model
    assert second.options["reward"] == ["length=0.1", "zebra-dataset-reward"]
    assert [*second.components] == ["reward.length", "reward model zebra-dataset-reward"]
    assert second.components["reward model zebra-dataset-reward"] == content_version("zebra-dataset-reward")
    entry = metrics(folder / "zebra-dataset-reward-grpo")[0]
    parts = {name: entry[f"rewards/{name}/mean"] for name in ("length", "reward")}
    assert parts["length"] < 0
    assert entry["reward"] == pytest.approx(0.1 * parts["length"] + parts["reward"], abs=1e-5)
    card = (folder / "zebra-dataset-reward-grpo/README.md").read_text()
    assert "| reward | `['length=0.1', 'zebra-dataset-reward']` |" in card


def test_the_chain_is_two_commands(zebra_cli: Project, demo: Path) -> None:
    """The policy of the chain has the job and the weights of one that `--reward FOLDER` trains, here against an adapter."""
    online = settings("rloo", **BRIEF, max_completion_length=4)
    zebra_cli.run(*command(demo, "reward,rloo", "out", *REWARD, "--set", "reward.lora=r=4", *online))
    assert (zebra_cli.folder / "out-reward/adapter_config.json").is_file()
    zebra_cli.run(*command(demo, "rloo", "alone", "--reward", "out-reward", *online))
    assert zebra.TrainingJob.read("out") == zebra.TrainingJob.read("alone")
    chained, alone = ((zebra_cli.folder / name / "model.safetensors").read_bytes() for name in ("out", "alone"))
    assert chained == alone


def test_a_retrained_reward_model_is_another_training(zebra_cli: Project, demo: Path) -> None:
    """An interrupted policy does not go on against a reward model with other weights."""
    zebra_cli.run(*command(demo, "reward", "judge", *REWARD))
    policy = command(demo, "grpo", "out", "--reward", "judge", *ONLINE)
    zebra_cli.run(*policy)
    (zebra_cli.folder / "out").rename("out.partial")
    (zebra_cli.folder / "out.partial/checkpoint-1").mkdir()
    zebra_cli.run(*command(demo, "reward", "judge", *REWARD, "--set", "reward.seed=1", "--overwrite"))
    error = zebra_cli.run(*policy, code=2).stderr
    assert "holds checkpoints of another training (components.reward model judge.xxh3_128 was " in error


@pytest.mark.parametrize(
    ("trainer", "more", "message"),
    [
        (
            "reward,grpo",
            ["--stop-if", "reward judge > 1"],
            "there is no metric 'reward judge' for --stop-if",
        ),
        (
            "reward,grpo",
            ["--reward", "out-reward"],
            "--reward out-reward is the model that reward gives, and counts without being named; leave it out",
        ),
        ("reward,dpo", [], "name one that does after it (grpo, rloo), name reward last, or leave it out"),
        (
            "grpo,reward",
            [],
            "add --reward NAME, or the folder of a reward model, or train one first: --trainer reward,grpo",
        ),
    ],
)
def test_mistakes(zebra_cli: Project, demo: Path, trainer: str, more: list[str], message: str) -> None:
    """They are one line, before the first stage."""
    config = {"architectures": ["LlamaForSequenceClassification"], "model_type": "llama", "num_labels": 1}
    zebra_cli.write("out-reward/config.json", json.dumps(config))
    error = zebra_cli.run(*command(demo, trainer, "out", *more), code=2).stderr
    assert message in error
    assert error.count("\n") == 1
    assert zebra_cli.names == ["out-reward"]
