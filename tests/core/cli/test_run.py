"""`zebra run`, beyond the dataset: the trained model is evaluated."""

from __future__ import annotations

import json

import pytest

from zebra_core.testing import Project

PLUGIN = """from pathlib import Path

import attrs
import zebra_core as zebra


@zebra.hookimpl
def zebra_trainers():
    return {"copy": copy}


@zebra.hookimpl
def zebra_evaluators():
    return {"quiz": Quiz}


def copy(dataset, model, output):
    (output / "right").write_text((Path(model) / "right").read_text() + "5")


@attrs.frozen
class Quiz:
    quiz: str = zebra.option("", "What to ask.", flag="--quiz", requests=True)

    def check(self, model):
        if self.quiz == "never":
            raise zebra.ZebraError("never is not a quiz")

    def __call__(self, model, output):
        column = zebra.Benchmark("MMLU", direction="higher")
        return zebra.ScoreTable.from_rows([("it", {"MMLU": float((Path(model) / "right").read_text())})], [column])
"""
RUN = ("run", "--plugin", "quiz.py", "--trainer", "copy", "--model", "base")


@pytest.fixture
def project(zebra_cli: Project) -> Project:
    """A folder with a model and the plugin."""
    zebra_cli.write("quiz.py", PLUGIN)
    zebra_cli.write("base/right", "4")
    return zebra_cli


def test_the_trained_model_is_evaluated(project: Project) -> None:
    """A flag of an evaluator, or the recipe's table [evaluation], has the trained model measured in a folder beside it."""
    output = project.run(*RUN, "--quiz", "hard").stdout
    assert output.endswith(f"  {'MMLU':40} 45.0000\n\nEverything measured is in zebra-dataset-copy-evaluation/\n")
    scores = json.loads((project.folder / "zebra-dataset-copy-evaluation/scores.json").read_text())
    assert scores["scores"] == {"zebra-dataset-copy": {"MMLU": 45}}
    assert "evaluation" not in project.manifest()["recipe"]
    project.write(
        "recipe.toml", 'plugins = ["quiz.py"]\ntrainer = "copy"\nmodel = "base"\n[evaluation]\nquiz = "hard"\n'
    )
    assert "45.0000" in project.run("run", "recipe.toml", "--trust", "-o", "other").stdout


def test_a_training_is_not_repeated_for_the_evaluation(project: Project) -> None:
    """The same command with another evaluation measures the model that is there, and trains one that is not the same."""
    project.run(*RUN)
    output = project.run(*RUN, "--quiz", "hard").stdout
    assert "  the model in zebra-dataset-copy is already what this run would train\n" in output
    assert "45.0000" in output
    project.write("base/right", "12")
    assert "zebra-dataset-copy exists already; add --overwrite" in project.run(*RUN, "--quiz", "hard", code=2).stderr
    assert "125.0000" in project.run(*RUN, "--quiz", "hard", "--overwrite").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--quiz", "never"], "never is not a quiz"),
        (["--quiz", "hard", "--launch", "torchrun:2"], "--launch ends with the training; leave out the evaluation"),
    ],
)
def test_an_evaluation_that_cannot_work(project: Project, arguments: list[str], message: str) -> None:
    """It is an error before anything is built or trained."""
    assert message in project.run(*RUN, *arguments, code=2).stderr
    assert project.names == ["base", "quiz.py"]


def test_an_unknown_key_of_the_evaluation(project: Project) -> None:
    """A key that is not a flag of an evaluator is named with the closest one."""
    project.write(
        "recipe.toml", 'plugins = ["quiz.py"]\ntrainer = "copy"\nmodel = "base"\n[evaluation]\nquizz = "hard"\n'
    )
    output = project.run("run", "recipe.toml", "--trust", code=2).stderr
    assert "there is no key 'quizz' of [evaluation]; did you mean 'quiz'?" in output
