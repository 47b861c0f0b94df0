"""Reward models in a chain of trainers, here toys: a model is the text `right`, and what a policy learned is in brackets."""

from __future__ import annotations

import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_core.training.folder import content_version

PLUGIN = """
from pathlib import Path

import attrs
import zebra_core as zebra


@zebra.hookimpl
def zebra_trainers():
    return {"five": Five, "judge": Judge, "critic": Critic, "learn": Learn}


@attrs.frozen
class Five:
    digit: int = zebra.option(5, "What to add.")
    alone: bool = zebra.option(False, "Whether no trainer may start from it.")

    def check_successor(self, trainer):
        if self.alone:
            raise zebra.ZebraError(f"{trainer} cannot start from it")

    def __call__(self, dataset, model, output):
        (output / "right").write_text((Path(model) / "right").read_text() + str(self.digit))


@attrs.frozen
class Judge(Five):
    gives_reward_model = True


@attrs.frozen
class Critic(Judge):
    pass


@attrs.frozen
class Learn:
    reward: tuple[str, ...] = zebra.option((), "Folders.", flag="--reward")
    fail: bool = zebra.option(False, "Whether to fail.")

    @property
    def reward_models(self):
        return self.reward

    def with_reward_model(self, name, folder):
        return attrs.evolve(self, reward=(*self.reward, folder or f"what {name} gives"))

    def check(self, model):
        if not self.reward:
            raise zebra.ZebraError("it needs a reward; add --reward")

    def __call__(self, dataset, model, output):
        if self.fail:
            raise zebra.ZebraError("it fails")
        rewards = "+".join((Path(folder) / "right").read_text() for folder in self.reward)
        (output / "right").write_text((Path(model) / "right").read_text() + f"[{rewards}]")
"""
TRAIN = ("train", "pairs", "--plugin", "digits.py", "--model", "base", "-o", "out", "--trainer")


@pytest.fixture
def project(zebra_cli: Project) -> Project:
    """A folder with a model, the plugin and a dataset."""
    zebra_cli.write("digits.py", PLUGIN)
    zebra_cli.write("base/right", "4")
    zebra_cli.write("pairs/rows", "")
    return zebra_cli


def text(project: Project, folder: str) -> str:
    """Return the text that a model is."""
    return (project.folder / folder / "right").read_text()


def job(project: Project, folder: str) -> zebra.TrainingJob:
    """Return what a model followed from."""
    result = zebra.TrainingJob.read(project.folder / folder)
    assert result
    return result


def test_a_policy_learns_against_the_reward_model_before_it(project: Project) -> None:
    """4 becomes the policy 45 and from it the reward model 456; the last policy starts from 45, not from 456."""
    output = project.run(*TRAIN, "five,judge,learn", "--set", "judge.digit=6").stdout
    assert output == (
        "  stage 1 of 3, five: from base to out-five\n"
        "  stage 2 of 3, judge: from out-five to out-five-judge\n"
        "  stage 3 of 3, learn: from out-five to out, rewarded by out-five-judge\n\n"
        "The trained model is in out/\n"
    )
    assert text(project, "out") == "45[456]"
    last = job(project, "out")
    assert last.options["reward"] == ["out-five-judge"]
    assert last.components == {"reward model out-five-judge": content_version("out-five-judge")}
    assert last.model == content_version("out-five")


def test_the_first_policy_starts_from_the_model_of_the_recipe(project: Project) -> None:
    """Of `judge,learn,five`, `learn` starts from 4, and `five`, which learns against no reward, from what it gives."""
    project.run(*TRAIN, "judge,learn,five")
    assert (text(project, "out-judge-learn"), text(project, "out")) == ("4[45]", "4[45]5")
    second, third = job(project, "out-judge-learn"), job(project, "out")
    assert second.model == {"location": "base", "files": [["right", 1]]}
    assert third.components == {}


def test_all_reward_models_count_beside_those_that_are_named(project: Project) -> None:
    """The folder of --reward is first, and those of both trainers follow."""
    project.write("own/right", "1")
    project.run(*TRAIN, "judge,critic,learn", "--reward", "own", "--set", "critic.digit=6")
    assert text(project, "out") == "4[1+45+46]"


def test_a_reward_model_alone_is_hashed_too(project: Project) -> None:
    """Without a chain, the folder of --reward is in the job with its hash, and a changed one is another training."""
    project.write("own/right", "1")
    project.run(*TRAIN, "learn", "--reward", "own")
    assert job(project, "out").components == {"reward model own": content_version("own")}
    training = zebra.prepare_training(
        zebra.Recipe(plugins=("digits.py",), trainer="learn", model="base", options={"learn": {"reward": ["own"]}})
    )
    assert training.is_done("pairs", "out")
    project.write("own/right", "2")
    assert not training.is_done("pairs", "out")


def test_a_changed_reward_model_is_another_training(project: Project) -> None:
    """What a policy learned against another reward model is an error with the hashes; retrained, it is the same model."""
    project.run(*TRAIN, "judge,learn,five")
    before = job(project, "out-judge-learn").components["reward model out-judge"]["xxh3_128"]
    project.write("out-judge/right", "46")
    after = content_version("out-judge")["xxh3_128"]
    error = project.run(*TRAIN, "judge,learn,five", code=2).stderr
    assert "out-judge-learn has another model than this training with learn would give" in error
    assert f'components.reward model out-judge.xxh3_128 was "{before}" and is "{after}"' in error
    project.run(*TRAIN, "judge,learn,five", "--set", "judge.digit=5", "--overwrite")
    assert text(project, "out") == "4[46]5"


def test_a_finished_reward_model_is_kept(project: Project) -> None:
    """If the policy's training fails, the reward model is kept, and the same command goes on."""
    error = project.run(*TRAIN, "judge,learn", "--set", "learn.fail=true", code=2).stderr
    assert "it fails; the earlier stages are finished and kept: out-judge\n" in error
    output = project.run(*TRAIN, "judge,learn").stdout
    assert "stage 1 of 2, judge: the model in out-judge is already what it gives\n" in output
    assert text(project, "out") == "4[45]"


@pytest.mark.parametrize(
    ("trainer", "more", "message"),
    [
        (
            "judge,five",
            (),
            "judge gives a reward model, which scores responses, and five does not learn against rewards; name one that does",
        ),
        (
            "learn,judge,five,critic",
            ("--reward", "base"),
            "judge gives a reward model, which scores responses, and five and critic do not learn against rewards; name one that",
        ),
        ("learn,judge", (), "it needs a reward; add --reward"),
        ("five,judge,learn", ("--set", "five.alone=true"), "judge cannot start from it"),
        ("judge,five,learn", ("--set", "five.alone=true"), "learn cannot start from it"),
    ],
)
def test_mistakes(project: Project, trainer: str, more: tuple[str, ...], message: str) -> None:
    """A chain that cannot work is an error before the first stage starts."""
    error = project.run(*TRAIN, trainer, *more, code=2).stderr
    assert error.startswith(f"Error: {message}")
    assert error.count("\n") == 1
    assert project.names == ["base", "digits.py", "pairs"]


def test_no_trainer_starts_from_a_reward_model(project: Project) -> None:
    """That nothing may start from a reward model does not concern the trainers that learn against it."""
    project.run(*TRAIN, "judge,learn", "--set", "judge.alone=true")
    assert text(project, "out") == "4[45]"


def test_a_reward_model_last(project: Project) -> None:
    """A reward model may end a chain; it starts from the policy before it."""
    project.run(*TRAIN, "five,judge", "--set", "judge.digit=6")
    assert text(project, "out") == "456"
