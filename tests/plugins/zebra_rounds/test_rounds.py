"""`zebra rounds` from end to end."""

from __future__ import annotations

import signal

import numpy as np
import pyarrow.parquet as pq
import pytest
from helpers import rounds

import zebra_core as zebra
from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, zebra_cli: Project) -> None:
    """Work offline, on one thread."""
    for name, value in {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}.items():
        monkeypatch.setenv(name, value)


def test_static_rounds_are_the_pairs_of_a_run(zebra_cli: Project) -> None:
    """Each round has the pairs of `zebra run`, and each model starts from the one before, with the base's margins as 0 at first."""
    words = rounds.arguments(zebra_cli.folder, "static", "out", "--rounds", "2")
    output = zebra_cli.run(*words).stdout
    zebra_cli.run("run", *words[2:8], "-o", "alone")
    alone = zebra_cli.dataset("alone")
    for number in (1, 2):
        rows = zebra_cli.dataset(f"out/round-{number}/dataset")
        measured = [row.pop("policy_margin") for row in rows]
        assert rows == alone
        assert any(measured) is (number == 2)
        assert f"round {number} of 2, schedule static\n  24 pairs picked of 144 candidates\n" in output
    jobs = [zebra.TrainingJob.read(zebra_cli.folder / f"out/round-{number}/model") for number in (1, 2)]
    assert jobs[1]
    assert jobs[1].model["location"] == "out/round-1/model"
    before, after = rounds.results(zebra_cli.folder / "out")
    assert before["pairs"] == after["pairs"] == 24
    margins = pq.read_table(zebra_cli.folder / "out/round-2/policy_margins.parquet")["policy_margin"].to_numpy()
    assert after["accuracy"] == pytest.approx(np.mean((margins > 0) + 0.5 * (margins == 0)))
    assert after["policy_margin"] == pytest.approx(margins.mean())


def test_the_margins_are_those_of_the_evaluator(zebra_cli: Project) -> None:
    """The share of right candidates is what the evaluator `pairs` gives of the last model, against the first one's base."""
    zebra_cli.run(*rounds.arguments(zebra_cli.folder, "static", "out", "--rounds", "2"))
    base = zebra.TrainingJob.read(zebra_cli.folder / "out/round-1/model")
    assert base
    flags = ("--pairs", "out/candidates", "--base", base.model["location"], "--plugin", "halves.py")
    output = zebra_cli.run("evaluate", "out/round-2/model", *flags).stdout
    accuracy = rounds.results(zebra_cli.folder / "out")[1]["accuracy"]
    assert f"pair-accuracy                            {accuracy:.4f}" in output


KILLS = ("training running", "generation done", "measurement started")


def test_killed_in_each_slow_phase_it_ends_the_same(zebra_cli: Project) -> None:
    """After a kill -9 in each slow phase, the same command ends with the weights and results of an undisturbed one."""
    more = ("--rounds", "2", "--set", "on-policy.max_tokens=8")
    whole, killed = (rounds.arguments(zebra_cli.folder, "on-policy", name, *more) for name in ("whole", "killed"))
    assert not rounds.run(zebra_cli, whole).returncode
    for event in KILLS:
        assert rounds.run(zebra_cli, killed, event).returncode == -signal.SIGKILL, event
    done = rounds.run(zebra_cli, killed)
    assert not done.returncode, done.stderr
    assert "the model in killed/round-1/model is already what this round gives" in done.stdout
    folders = [zebra_cli.folder / name for name in ("whole", "killed")]
    assert rounds.weights(folders[0], 2) == rounds.weights(folders[1], 2)
    assert rounds.results(folders[0]) == rounds.results(folders[1])


def test_mix_learns_the_hard_pairs_by_their_chosen_response(zebra_cli: Project) -> None:
    """The trainer's options are the schedule's, and the dataset has the columns that they name."""
    zebra_cli.run(*rounds.arguments(zebra_cli.folder, "mix", "out", "--rounds", "2"))
    job = zebra.TrainingJob.read(zebra_cli.folder / "out/round-2/model")
    assert job
    assert {name: job.options[name] for name in ("sft_where", "curriculum", "curriculum_by")} == {
        "sft_where": "hard",
        "curriculum": "easy-to-hard",
        "curriculum_by": "ease",
    }
    rows = zebra_cli.dataset("out/round-2/dataset")
    hard = [row["ease"] for row in rows if row["hard"]]
    assert max(hard) <= min(row["ease"] for row in rows if not row["hard"])
    assert len(hard) == 7  # the quantile .3 of 24 values is between the places 6 and 7


def test_the_policy_joins_the_pool(zebra_cli: Project) -> None:
    """With `on-policy` the second round's candidates have pairs of the policy, with its scores and its own responses."""
    more = ("--rounds", "2", "--set", "on-policy.max_tokens=8", "--report")
    zebra_cli.run(*rounds.arguments(zebra_cli.folder, "on-policy", "out", *more))
    rows = zebra_cli.dataset("out/round-1/candidates")
    assert len(rows) == 240  # 24 questions with 4 answers of the pool and the policy's: 10 pairs each
    behavior = zebra.Dataset.open(zebra_cli.folder / "out/round-1/candidates").behavior
    assert "policy-1" in behavior.models
    assert (zebra_cli.folder / "out/round-1/scores.csv").read_text().startswith("model,arithmetic,")
    page = (zebra_cli.folder / "out/rounds.html").read_text()
    titles = ("How the policy does on the candidates", "Scores", "Pairs of each round", "Curves of the trainings")
    assert all(f">{title}<" in page for title in titles)
    assert "policy-1" in (zebra_cli.folder / "out/round-2/dataset/report/report.html").read_text()


@pytest.mark.parametrize(
    ("schedule", "more", "message"),
    [
        (
            "mix",
            ("--trainer", "sft"),
            "the schedule mix sets sft_where, curriculum, curriculum_by, which the trainer sft",
        ),
        ("static", ("--scope", "global"), "rounds pick the pairs of each instruction, and the scope is global"),
        ("sttic", (), "there is no schedule 'sttic'; did you mean 'static'?"),
        ("static", ("--lora", "r=2"), "merge it: --set dpo.lora=r=2,merge=true"),
        (
            "static",
            ("--trainer", "reward"),
            "reward gives a reward model, and each round starts from the policy of the one before",
        ),
        ("static", ("--set", "mix.hard=0.5"), "the run does not use 'mix'"),
    ],
)
def test_what_does_not_fit_is_refused(zebra_cli: Project, schedule: str, more: tuple[str, ...], message: str) -> None:
    """A line says why and what to do, and nothing is written."""
    words = rounds.arguments(zebra_cli.folder, schedule, "out", *more)
    if "--trainer" in more:
        words = [word for word in words if not word.startswith("dpo.") and word != "--set"]
    assert message in zebra_cli.run(*words, code=2).stderr
    assert not (zebra_cli.folder / "out").exists()


def test_not_under_torchrun(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started in several processes, it says how to train in several."""
    monkeypatch.setenv("WORLD_SIZE", "4")
    message = zebra_cli.run(*rounds.arguments(zebra_cli.folder, "static", "out"), code=2).stderr
    assert message.endswith("leave out torchrun, and add --launch torchrun:4\n")


def test_on_policy_needs_an_evaluation(zebra_cli: Project) -> None:
    """Without one, a line says which flag to add."""
    words = [word for word in rounds.arguments(zebra_cli.folder, "on-policy", "out") if word != "recipe.toml"]
    assert "add --tasks or another flag of an evaluator" in zebra_cli.run(*words, code=2).stderr


def test_launched_trainings_are_the_same_jobs(zebra_cli: Project) -> None:
    """What two processes trained under `torchrun` is what the same command without them takes as finished."""
    words = rounds.arguments(zebra_cli.folder, "static", "out", "--rounds", "1")
    launched = rounds.run(zebra_cli, [*words, "--launch", "torchrun:2"])
    assert not launched.returncode, launched.stderr
    assert "the model in out/round-1/model is already what this round gives" in zebra_cli.run(*words).stdout


def test_another_training_in_the_same_folder(zebra_cli: Project) -> None:
    """A folder with other rounds is not overwritten unless asked; the message has the flag."""
    words = rounds.arguments(zebra_cli.folder, "static", "out", "--rounds", "1")
    zebra_cli.run(*words)
    before = rounds.weights(zebra_cli.folder / "out", 1)
    other = [*words, "--set", "dpo.seed=7"]
    assert "--overwrite" in zebra_cli.run(*other, code=2).stderr
    assert rounds.weights(zebra_cli.folder / "out", 1) == before
    zebra_cli.run(*other, "--overwrite")
    assert rounds.weights(zebra_cli.folder / "out", 1) != before
