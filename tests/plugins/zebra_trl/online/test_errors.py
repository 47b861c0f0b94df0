"""Mistakes in a training against rewards: one line of fact, reason and remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.trained_models import settings

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs

LENGTH = ["--reward", "length"]
BROKEN = """\
import zebra_core as zebra


@zebra.hookimpl
def zebra_rewards():
    return {
        "too-few": lambda prompts, completions, **columns: completions and [1.0],
        "words": lambda prompts, completions, **columns: ["good" for _ in completions],
        "number": lambda prompts, completions, **columns: 1.0,
        "crash": lambda prompts, completions, **columns: 1 / 0,
    }
"""


def write(project: Project) -> None:
    """Write rows, a plugin of broken rewards, a folder without a model, and models that are no reward model."""
    rows = [{"prompt": f"What is {n} + 1?", "chosen": str(n + 1), "rejected": "?"} for n in range(12)]
    project.write("rows.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    project.write("broken.py", BROKEN)
    project.write("empty/note.txt", "")
    project.write("damaged/config.json", "{}")
    project.run("tiny-model", "policy")
    config = json.loads((project.folder / "policy/config.json").read_text())
    labels = {"id2label": {"0": "bad", "1": "good"}, "label2id": {"bad": 0, "good": 1}}
    two = {**config, "architectures": ["LlamaForSequenceClassification"], **labels}
    project.write("two/config.json", json.dumps(two))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ([], "the trainer 'grpo' needs to know what responses are worth; add --reward NAME, or the folder of a reward model"),
        (["--reward", "formt"], "there is no reward 'formt' and no folder of that name; did you mean 'format'? known: exact, format, length"),
        (["--reward", "./nothing"], "there is no reward model ./nothing: no such folder; train one with --trainer reward"),
        (["--reward", "length=much"], "--reward expects NAME or NAME=WEIGHT, with a number other than 0, such as length=0.5, got 'length=much'"),
        (["--reward", "length=0"], "with a number other than 0"),
        (["--reward", "length", "--reward", "length=2"], "--reward length is named twice; name it once, with the weight that it is to have"),
        (["--reward", "empty"], "--reward empty is a folder without a model: it has no config.json; train one with --trainer reward"),
        (["--reward", "damaged"], "--reward damaged is a folder without a model that can be read"),
        (["--reward", "policy"], "--reward policy is not a reward model, but a LlamaForCausalLM; train one with --trainer reward"),
        (["--reward", "two"], "--reward two gives a response 2 scores, and a reward model gives one"),
        ([*LENGTH, "--set", "grpo.num_generations=3"], "8 responses are generated at a time, which is not a multiple of num_generations (3); change it with --set grpo.num_generations=N"),
        ([*LENGTH, "--set", "grpo.num_generations=1"], "'num_generations' must be >= 2: 1"),
        ([*LENGTH, "--set", "grpo.max_completion_length=1024"], "max_completion_length is 1024, which leaves no room for a prompt in max_length (1024); lower it with --set grpo.max_completion_length=N"),
        ([*LENGTH, "--set", "grpo.max_completion_length=1020"], "no prompt of 12 is left to train on: the shortest has"),
        ([*LENGTH, "--set", "grpo.gradient_accumulation_steps=16"], "the policy answers 16 prompts at a time, and the dataset has 12; lower it with --set grpo.gradient_accumulation_steps=N"),
        ([*LENGTH, "--set", "grpo.reward_weights=[1.0]"], "the weights of rewards are given with --reward NAME=WEIGHT, not with grpo.reward_weights"),
        ([*LENGTH, "--set", "grpo.num_iteration=2"], "there is no option 'num_iteration' of trainer 'grpo' or of trl.GRPOConfig; did you mean 'num_iterations'?"),
        ([*LENGTH, "--set", "grpo.num_iterations=3"], "the policy answers prompts every 3 steps, and a checkpoint at every 500 could not be resumed with the same responses; use a multiple: --set grpo.save_steps=498"),
        ([*LENGTH, "--curriculum", "easy-to-hard"], "--curriculum orders pairs, and the trainer 'grpo' takes prompts; leave it out"),
        ([*LENGTH, "--stop-if", "length"], "--stop-if expects a metric, one of > < >= <=, and a number, such as 'completion length > 400', got 'length'"),
        ([*LENGTH, "--stop-if", "completion lenght > 4"], "there is no metric 'completion lenght' for --stop-if; did you mean 'completion length'?"),
        ([*LENGTH, "--stop-if", "kl > 1", "--set", "grpo.beta=0"], "--stop-if names kl, which is not measured; add --set grpo.beta=0.04"),
        ([*LENGTH, "--stop-if", "held-out reward < 1"], "--stop-if names a held-out metric, and nothing is held out; add --set grpo.held_out=0.05"),
        (["--reward", "exact", "--set", "exact.column=answer"], "reward 'exact' of plugin 'rewards': the dataset has no column 'answer' with the right answers; name one with --set exact.column=NAME"),
        (["--reward", "exact", "--set", "reward.exact.by=meaning"], "by: expected 'text' or 'line' or 'number', got 'meaning'"),
        (["--plugin", "broken", "--reward", "too-few"], "reward 'too-few' of plugin 'broken': it returned 1 numbers for 12 completions"),
        (["--plugin", "broken", "--reward", "words"], "reward 'words' of plugin 'broken': a reward must be a finite number or None, got 'good'"),
        (["--plugin", "broken", "--reward", "number"], "reward 'number' of plugin 'broken': it must return a list of numbers, got float"),
        (["--plugin", "broken", "--reward", "crash"], "reward 'crash' of plugin 'broken': it failed with ZeroDivisionError"),
    ],
)  # fmt: skip
def test_mistakes(zebra_cli: Project, more: list[str], message: str) -> None:
    """The last line says what is wrong and what to do; nothing is written."""
    write(zebra_cli)
    (zebra_cli.folder / "__pycache__").mkdir()  # where Python keeps the plugin's bytecode
    before = {*zebra_cli.folder.iterdir()}
    short = settings("grpo", held_out=0, max_completion_length=4)
    arguments = ["train", "rows.jsonl", "--trainer", "grpo", "--model", "tiny", "-o", "out"]
    output = zebra_cli.run(*arguments, *short, *more, code=2).stderr
    assert message in output.splitlines()[-1]
    assert {*zebra_cli.folder.iterdir()} == before


def test_a_trained_policy_is_no_reward_model(zebra_cli: Project, demo: Path) -> None:
    """What was trained with another trainer is refused with that trainer's name."""
    write(zebra_cli)
    zebra_cli.run(
        "train",
        str(demo),
        "--trainer",
        "sft",
        "--model",
        "tiny",
        "-o",
        "sft",
        *settings("sft", max_steps=1, held_out=0),
    )
    arguments = ["train", "rows.jsonl", "--trainer", "rloo", "--model", "tiny", "-o", "out", "--reward", "sft"]
    output = zebra_cli.run(*arguments, code=2).stderr
    assert "--reward sft is not a reward model, but was trained as sft; train one with --trainer reward" in output
