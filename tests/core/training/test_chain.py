"""Trainers one after the other, here toys that add a digit to the model's number."""

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
    return {"five": Five, "six": Six}


@zebra.hookimpl
def zebra_evaluators():
    return {"quiz": Quiz}


@attrs.frozen
class Five:
    digit: int = zebra.option(5, "What to add.", flag="--digit")
    label: str = zebra.option("", "What to call it.", flag="--label", final=True)
    fail: bool = zebra.option(False, "Whether to fail.")
    lonely: bool = zebra.option(False, "Whether no trainer may follow.")

    def steps(self, pairs):
        return 2 * pairs

    def check_successor(self, trainer):
        if self.lonely:
            raise zebra.ZebraError(f"{trainer} cannot follow")

    def __call__(self, dataset, model, output):
        if self.fail:
            raise zebra.ZebraError("it fails")
        (output / "right").write_text((Path(model) / "right").read_text() + str(self.digit))
        with (Path(dataset).parent / "trained").open("a") as file:
            file.write(type(self).__name__ + self.label + " ")


class Six(Five):
    pass


@attrs.frozen
class Quiz:
    quiz: str = zebra.option("", "What to ask.", flag="--quiz", requests=True)

    def __call__(self, model, output):
        column = zebra.Benchmark("MMLU", direction="higher")
        return zebra.ScoreTable.from_rows([("it", {"MMLU": float((Path(model) / "right").read_text())})], [column])
"""
TRAIN = ("train", "pairs", "--plugin", "digits.py", "--model", "base", "--trainer", "five,six")
SIX = ("--set", "six.digit=6")


@pytest.fixture
def project(zebra_cli: Project) -> Project:
    """A folder with a model, the plugin and a dataset."""
    zebra_cli.write("digits.py", PLUGIN)
    zebra_cli.write("base/right", "4")
    zebra_cli.write("pairs/rows", "")
    return zebra_cli


def number(project: Project, folder: str) -> str:
    """Return the number that a model is."""
    return (project.folder / folder / "right").read_text()


def trained(project: Project) -> str:
    """Return which trainers ran, in order."""
    return (project.folder / "trained").read_text()


def job(project: Project, folder: str) -> zebra.TrainingJob:
    """Return what a model followed from."""
    result = zebra.TrainingJob.read(project.folder / folder)
    assert result
    return result


def test_each_starts_from_the_model_before(project: Project) -> None:
    """4 becomes 45 and then 456, each in its folder; the second job has the first model's place and hash."""
    output = project.run(*TRAIN, *SIX).stdout
    assert output == (
        "  stage 1 of 2, five: from base to pairs-five\n"
        "  stage 2 of 2, six: from pairs-five to pairs-five-six\n\n"
        "The trained model is in pairs-five-six/\n"
    )
    assert (number(project, "pairs-five"), number(project, "pairs-five-six")) == ("45", "456")
    first, second = job(project, "pairs-five"), job(project, "pairs-five-six")
    assert (first.trainer, first.options["digit"], first.model) == (
        "five",
        5,
        {"location": "base", "files": [["right", 1]]},
    )
    assert (second.trainer, second.options["digit"], second.model["location"]) == ("six", 6, "pairs-five")
    (project.folder / "pairs-five/right").write_text("46")
    assert content_version("pairs-five") != second.model
    (project.folder / "pairs-five/right").write_text("45")
    (project.folder / "pairs-five/README.md").write_text("a card")
    assert content_version("pairs-five") == second.model


def test_a_finished_stage_is_not_run_again(project: Project) -> None:
    """If the second stage fails, the first is kept, and the same command goes on; the first alone is the same model."""
    output = project.run(*TRAIN, "--set", "six.fail=true", code=2).stderr
    assert "it fails; the earlier stages are finished and kept: pairs-five\n" in output
    output = project.run(*TRAIN, *SIX).stdout
    assert "stage 1 of 2, five: the model in pairs-five is already what it gives\n" in output
    assert trained(project) == "Five Six "
    project.run(*TRAIN, "--set", "six.digit=7", "--overwrite")
    assert (trained(project), number(project, "pairs-five-six")) == ("Five Six Six ", "457")
    project.run("train", "pairs", "--plugin", "digits.py", "--model", "base", "--trainer", "five", "-o", "alone")
    assert job(project, "alone") == job(project, "pairs-five")


def test_an_output_of_its_own(project: Project) -> None:
    """With --output, the last model is there, and the others are beside it."""
    project.run(*TRAIN, *SIX, "-o", "models/final")
    assert sorted(path.name for path in (project.folder / "models").iterdir()) == ["final", "final-five"]


def test_folders_in_use(project: Project) -> None:
    """A folder of any stage that has another model is an error with the differences, before the first stage starts."""
    project.run(*TRAIN, *SIX)
    assert "Error: pairs-five-six exists already; add --overwrite" in project.run(*TRAIN, *SIX, code=2).stderr
    assert (
        project.run(*TRAIN, *SIX, "--set", "five.digit=0", code=2).stderr
        == "Error: pairs-five has another model than this training with five would give (options.digit was 5 and is 0); add --overwrite "
        "to replace it, or choose another --output\n"
    )
    project.run(*TRAIN, *SIX, "--set", "five.digit=0", "--overwrite")
    assert number(project, "pairs-five-six") == "406"


@pytest.mark.parametrize(
    ("trainer", "more", "message"),
    [
        (
            "five,six,five",
            (),
            "names five twice, and --set five.OPTION could not tell the two apart; train the second time with another `zebra train`",
        ),
        (
            "five,",
            (),
            "--trainer expects the name of a trainer, or several such as sft,dpo, got 'five,'",
        ),
        ("five,sixx", (), "there is no trainer 'sixx'; did you mean 'six'?"),
        ("five,six", ("--set", "six.digits=1"), "did you mean 'digit'?"),
        ("five,six", ("--set", "dpo.beta=1"), "the option dpo.beta is set, but the run does not use 'dpo'"),
        ("five,six", ("--set", "five.lonely=true"), "six cannot follow"),
        ("five,six", ("--resume",), "there is no interrupted training to resume: pairs-five.partial has no checkpoint"),
    ],
)
def test_mistakes(project: Project, trainer: str, more: tuple[str, ...], message: str) -> None:
    """A chain that cannot work is an error before the first stage starts."""
    output = project.run(*TRAIN[:-1], trainer, *more, code=2).stderr
    assert message in output
    assert output.count("\n") == 1
    assert project.names == ["base", "digits.py", "pairs"]


def test_flags(project: Project) -> None:
    """A trainer's flag is for every trainer that declares it, that of a final option for the last one only."""
    project.run(*TRAIN, "--digit", "1", "--label", "!")
    assert (number(project, "pairs-five-six"), trained(project)) == ("411", "Five Six! ")


def test_a_list_in_a_recipe(project: Project) -> None:
    """`zebra run` builds the dataset, runs the list's trainers, and evaluates the last model; the dataset's recipe has no trainer."""
    project.write(
        "recipe.toml",
        'plugins = ["digits.py"]\ntrainer = ["five", "six"]\nmodel = "base"\n[six]\ndigit = 6\n[evaluation]\nquiz = "hard"\n',
    )
    output = project.run("run", "recipe.toml", "--trust").stdout
    assert output.endswith(f"  {'MMLU':40} 456.0000\n\nEverything measured is in zebra-dataset-five-six-evaluation/\n")
    assert "trainer" not in project.manifest()["recipe"]
    output = project.run("run", "recipe.toml", "--trust", "--set", "six.digit=7", code=2).stderr
    assert "zebra-dataset-five-six exists already" in output
    assert "already what this run would train" in project.run("run", "recipe.toml", "--trust").stdout
    assert trained(project) == "Five Six "


def test_steps(project: Project) -> None:
    """The steps of a chain are those of its trainers: 2 x 10 + 2 x 10."""
    recipe = zebra.Recipe(plugins=("digits.py",), trainer="five, six", model="base")
    chain = zebra.prepare_training(recipe)
    assert isinstance(chain, zebra.Chain)
    assert (chain.name, chain.model, chain.steps(10)) == ("five-six", "base", 40)


def test_a_recipe_with_a_list_that_is_not_of_names(project: Project) -> None:
    """It is refused by name."""
    project.write("recipe.toml", "trainer = [1]\n")
    assert "trainer" in project.run("train", "pairs", "--recipe", "recipe.toml", code=2).stderr
    assert zebra.make_recipe({"trainer": ["sft", "dpo"]}).trainer == "sft,dpo"
