"""Distillation: from the responses of a model of the pool, and from the probabilities of a model's folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from helpers.trained_models import PAIR, settings, trained

import zebra_core as zebra
from zebra_core.testing import Project, checks_of, select_subjects
from zebra_core.testing.decorator import BoundCheck

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs
POOL = [
    {"id": "a", "prompt": "Say yes.", "models": ["m", "n"], "responses": ["Yes.", "Yes!"]},
    {"id": "b", "prompt": "Say no.", "models": ["m", "n"], "responses": ["No.", "No!"]},
    {"id": "c", "prompt": "Say hm.", "models": ["m", "n", "o"], "responses": ["Hm.", "Hm!", "Hm?"]},
]
SCORES = "model,MMLU\nm,60\nn,70\no,50\n"


@pytest.fixture
def pairs(zebra_cli: Project) -> Project:
    """A project with a dataset of three prompts; n is the best model."""
    zebra_cli.write("pool.jsonl", "".join(json.dumps(row) + "\n" for row in POOL))
    zebra_cli.write("scores.csv", SCORES)
    zebra_cli.run(
        *("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--strategy", "sup", "-o", "pairs", "--no-report")
    )
    return zebra_cli


@pytest.mark.parametrize(
    ("teacher", "line", "texts"),
    [
        ("", "taught by n (the best model by superiority, 1.000), which answered 3 of 3", ["Yes!", "No!", "Hm!"]),
        ("m", "taught by m (as asked), which answered 3 of 3", ["Yes.", "No.", "Hm."]),
        ("o", "taught by o (as asked), which answered 1 of 3", ["Hm?"]),
    ],
)
def test_the_responses_of_a_teacher(pairs: Project, teacher: str, line: str, texts: list[str]) -> None:
    """They are those of the pool to the dataset's prompts, of the best model if none is named."""
    from zebra_trl.data.taught import read_taught

    lines: list[str] = []
    rows = read_taught("pairs", teacher, lines.append)
    assert [row[0]["content"] for row in rows["chosen"]] == texts
    prompts = [row["prompt"] for row in POOL][-len(texts) :]
    assert [row[0]["content"] for row in rows["prompt"]] == prompts
    assert lines == [f"{line} prompts"]
    assert pairs.folder


def test_the_best_models_responses_are_learned(zebra_cli: Project, demo: Path) -> None:
    """With 40 steps, the held-out loss on its responses falls below half of what it was; DPO goes on from that model."""
    values = {"held_out": 0.2, "logging_steps": 10}
    before = trained(zebra_cli, demo, "distill", "--overwrite", **values, learning_rate=0.0, max_steps=1)
    arguments = ["train", str(demo), "--trainer", "distill,dpo", "--model", "tiny", "-o", "student"]
    zebra_cli.run(*arguments, *settings("distill", **values, max_steps=40), *settings("dpo", max_steps=1))
    result = zebra.TrainingResult.read(zebra_cli.folder / "student-distill")
    assert result
    assert result.metrics["loss"] < 0.6 * before["loss"]
    job = zebra.TrainingJob.read(zebra_cli.folder / "student")
    assert job
    assert job.model["location"] == "student-distill"


def test_a_model_teaches_its_probabilities(zebra_cli: Project, demo: Path) -> None:
    """The held-out divergence from it halves in 16 steps; a training that was interrupted ends with the same weights.

    A changed teacher is not resumed with, and of two trainers the flag is for the one that has it.
    """
    trained(zebra_cli, demo, "sft", max_steps=40, held_out=0)
    folder = zebra_cli.folder
    (folder / "out").rename(folder / "teacher")
    short = {"held_out": 0.05, "max_completion_length": 24, "save_steps": 8, "keep_checkpoints": True}
    before = trained(zebra_cli, demo, "distill", "--teacher", "teacher", **short, learning_rate=0.0, max_steps=1)
    shutil.rmtree(folder / "out")
    after = trained(zebra_cli, demo, "distill", "--teacher", "teacher", **short, max_steps=16)
    assert after["loss"] < 0.5 * before["loss"]
    assert "token_accuracy" not in after["metrics"]
    weights = (folder / "out/model.safetensors").read_bytes()
    (folder / "out").rename(folder / "out.partial")
    shutil.rmtree(folder / "out.partial/checkpoint-16")
    again = trained(zebra_cli, demo, "distill", "--teacher", "teacher", "--resume", **short, max_steps=16)
    assert (folder / "out/model.safetensors").read_bytes() == weights
    assert again["loss"] == after["loss"]
    (folder / "out").rename(folder / "out.partial")
    (folder / "teacher/added").write_text("")
    arguments = ["train", str(demo), "--trainer", "distill", "--model", "tiny", "-o", "out", "--teacher", "teacher"]
    output = zebra_cli.run(*arguments, *settings("distill", **short, max_steps=16), code=2).stderr
    assert "the teacher teacher has changed since the training was interrupted; add --no-resume to start over" in output


def test_it_keeps_the_contract_of_trainers(zebra_cli: Project) -> None:
    """The kit's checks pass with a teacher of its own; those of the loop are checked with dpo."""
    zebra_cli.run("tiny-model", "teacher")
    options = {
        "teacher": str(zebra_cli.folder / "teacher"),
        "max_completion_length": 4,
        "gradient_accumulation_steps": 1,
    }
    (subject,) = select_subjects("trainer.distill", [options], location="", model="tiny")
    shared = {"survives_being_killed", "gives_the_same_twice", "gives_the_same_in_another_process"}
    for check in checks_of("trainer"):
        if check.name not in {*shared, "leaves_the_standard_output_alone"}:
            BoundCheck(subject, check)()


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--teacher", "./nowhere"], "there is no model folder ./nowhere; check the path"),
        (["--teacher", "other"], "the teacher other has other tokens than"),
        (["--teacher", "mm"], "there is no teacher 'mm' in the pool of the dataset"),
        (["--set", "distill.beta=1"], "there is no option 'beta' of trainer 'distill' or of trl.SFTConfig"),
        (["--teacher", "same", "--set", "distill.betaa=1"], "did you mean 'beta'?"),
        (["--teacher", "same"], "the dataset has 3 prompts to train on, and a step takes 8; lower it"),
        (
            ["--teacher", "same", "--curriculum", "easy-to-hard", *settings("distill", per_device_train_batch_size=1)],
            "a teacher teaches on prompts alone",
        ),
    ],
)
def test_teachers_that_cannot_teach(pairs: Project, more: list[str], message: str) -> None:
    """A folder without a model, other tokens, an unknown name, and settings of the other way are refused in one line."""
    for name in ("other", "same"):
        pairs.run("tiny-model", name)
    path = pairs.folder / "other/config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "vocab_size": config["vocab_size"] + 1}))
    output = pairs.run("train", "pairs", "--trainer", "distill", "--model", "tiny", *more, code=2).stderr
    assert message in output
    assert output.splitlines()[-1].startswith("Error: ")
    assert not (pairs.folder / "pairs-distill").exists()


def test_a_pool_that_is_not_there(pairs: Project) -> None:
    """A dataset of others has none, that of a mix is several, and one that has changed or is gone is refused."""
    arguments = ["--trainer", "distill", "--model", "tiny"]
    pairs.write("rows.jsonl", json.dumps(PAIR) + "\n")
    assert "distill learns from the pool" in pairs.run("train", "rows.jsonl", *arguments, code=2).stderr
    pairs.run("mix", "pairs", "-o", "mixed")
    assert "the parts of the mix mixed have several" in pairs.run("train", "mixed", *arguments, code=2).stderr
    path = pairs.folder / "pool.jsonl"
    path.write_text(path.read_text().replace("Yes!", "Yes!!"))
    output = pairs.run("train", "pairs", *arguments, code=2).stderr
    assert "the pool of pairs has changed since the dataset was built (pool.jsonl); build the dataset again" in output
    path.unlink()
    assert "the pool of pairs cannot be read again" in pairs.run("train", "pairs", *arguments, code=2).stderr
