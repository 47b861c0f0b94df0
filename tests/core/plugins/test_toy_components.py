"""The core knows no plugin: a trainer, an evaluator and a command from one loose file pass every command."""

from __future__ import annotations

import csv
import json

import pytest

from zebra_core.testing import Project

TOY = '''
import attrs
import click
import zebra_core as zebra


@zebra.hookimpl
def zebra_trainers():
    return {"toy": Toy}


@zebra.hookimpl
def zebra_evaluators():
    return {"toy-eval": ToyEval}


@zebra.hookimpl
def zebra_commands():
    return [toy_command]


@attrs.frozen
class Toy:
    """Write a file instead of training."""

    lessons: int = zebra.option(3, "Number of lessons.", flag="--lessons")
    seed: int = zebra.option(0, "Seed.")

    def check(self, model):
        print("checking", model)

    def steps(self, pairs):
        return self.lessons

    def __call__(self, dataset, model, output):
        print("training")
        (output / "config.json").write_text("{}")
        return zebra.TrainingResult(rows=600, steps=self.lessons, seconds=0.5, metrics={"joy": 0.9})


@attrs.frozen
class ToyEval:
    """Count letters of the folder's name."""

    depth: int = zebra.option(1, "How deep to look.", flag="--depth", requests=True)

    def __call__(self, model, output):
        benchmark = zebra.Benchmark("depth", direction="higher", bounds=(0, 100))
        return zebra.ScoreTable.from_rows([(model, {"depth": float(self.depth)})], [benchmark])


@click.command("toy")
@click.option("--times", default=1)
def toy_command(times):
    """Say toy."""
    click.echo("toy " * times)
'''


@pytest.fixture
def toy(zebra_cli: Project) -> Project:
    """A folder with the plugin, and something that passes for a model."""
    zebra_cli.write("toy.py", TOY)
    zebra_cli.write("base/config.json", "{}")
    return zebra_cli


def test_run_trains_with_a_toy_trainer(toy: Project) -> None:
    """`zebra run --trainer toy` takes the trainer's own flag and keeps its result, typed and with a version."""
    words = ("--plugin", "toy.py", "--trainer", "toy", "--model", "base", "--lessons", "5")
    result = toy.run("run", *words)
    assert "The trained model is in zebra-dataset-toy/" in result.stdout
    assert "training" in result.stderr.splitlines()  # what a component prints does not mix with the output
    written = json.loads((toy.folder / "zebra-dataset-toy/results.json").read_text())
    assert written == {"format": 1, "rows": 600, "steps": 5, "seconds": 0.5, "metrics": {"joy": 0.9}}


def test_train_and_evaluate(toy: Project) -> None:
    """`zebra train` and `zebra evaluate` work with the toy alone; a flag requests its evaluator."""
    toy.run("run")
    toy.run("train", "zebra-dataset", "--plugin", "toy.py", "--trainer", "toy", "--model", "base", "-o", "trained")
    words = ("--plugin", "toy.py", "--depth", "7", "--add-to", "ours.csv", "--name", "mine")
    assert "depth" in toy.run("evaluate", "trained", *words).stdout
    assert (toy.folder / "ours.csv").read_text() == "model,depth\nmine,7.0\n"
    assert "--depth" in toy.run("evaluate", "--plugin", "toy.py", "--help").stdout


def test_sweep(toy: Project) -> None:
    """`zebra sweep` runs a grid of toys: two strategies, two seeds."""
    recipe = (
        'strategy = ["sup", "sim"]\nseed = [0, 1]\ntrainer = "toy"\nmodel = "base"\nplugins = ["toy.py"]\n'
        '[options.toy]\nlessons = 2\n[evaluation]\nevaluators = ["toy-eval"]\ndepth = 4\n'
    )
    toy.write("sweep.toml", recipe)
    toy.run("sweep", "sweep.toml", "-o", "grid", "--jobs", "2", "--trust")
    rows = list(csv.DictReader((toy.folder / "grid/cells.csv").read_text().splitlines()))
    assert [(row["strategy"], row["seed"], row["depth"], row["steps"]) for row in rows] == [
        ("sup", "0", "4.0", "2"),
        ("sup", "1", "4.0", "2"),
        ("sim", "0", "4.0", "2"),
        ("sim", "1", "4.0", "2"),
    ]


def test_a_command(toy: Project) -> None:
    """A command of a loose file is listed and runs if the file is named before it."""
    assert "Say toy." in toy.run("--plugin", "toy.py", "--help").stdout
    assert toy.run("--plugin", "toy.py", "toy", "--times", "2").stdout == "toy toy \n"
    assert "No such command 'toy'" in toy.run("toy", code=2).stderr


IDLE = """
import attrs
import zebra_core as zebra


@zebra.hookimpl
def zebra_trainers():
    return {"idle": Idle}


@attrs.frozen
class Idle:
    preset: str = zebra.option("", "A set of options.", flag="--preset")

    def __call__(self, dataset, model, output):
        CODE
"""


def test_a_trainer_without_a_model(toy: Project) -> None:
    """A trainer that writes nothing has failed: the error names it, and no folder is left."""
    toy.run("run")
    toy.write("idle.py", IDLE.replace("CODE", "pass"))
    words = ("train", "zebra-dataset", "--plugin", "idle", "--model", "base", "-o", "out")
    stderr = toy.run(*words, code=2).stderr
    assert stderr.startswith("Error: trainer 'idle' of plugin 'idle': it wrote nothing to the output folder")
    assert [path.name for path in toy.folder.iterdir() if path.name.startswith("out")] == []


@pytest.mark.parametrize(
    "words",
    [
        ("train", "zebra-dataset", "-o", "out"),
        ("train", "zebra-dataset", "-o", "out", "--preset", "tri"),
        ("run", "-o", "again"),
    ],
    ids=" ".join,
)
def test_two_trainers_of_a_plugin(toy: Project, words: tuple[str, ...]) -> None:
    """Without --trainer the error names both trainers and the flag, whatever the default trainer is; with it, all works."""
    toy.run("run")
    two = IDLE.replace('"idle": Idle', '"idle": Idle, "busy": Busy').replace(
        "CODE", "(output / 'preset').write_text(self.preset)"
    )
    toy.write("two.py", f"{two}\n\n@attrs.frozen\nclass Busy(Idle):\n    pass\n")
    words = (*words, "--plugin", "two", "--model", "base")
    error = "Error: plugin 'two' offers 2 trainers; add --trainer with one of them: idle, busy\n"
    assert toy.run(*words, code=2).stderr == error
    assert "The trained model is in" in toy.run(*words, "--trainer", "busy").stdout


def test_a_default_among_several_trainers(toy: Project) -> None:
    """A plugin that offers several trainers may declare which of them is the default."""
    toy.run("run")
    two = IDLE.replace('"idle": Idle', '"idle": Idle, "busy": Busy').replace("CODE", "(output / 'made').touch()")
    default = "@zebra.hookimpl\ndef zebra_defaults():\n    return {'trainer': 'busy'}\n"
    toy.write("two.py", f"{two}\n\n@attrs.frozen\nclass Busy(Idle):\n    pass\n\n\n{default}")
    toy.run("train", "zebra-dataset", "--plugin", "two", "--model", "base")
    assert (toy.folder / "zebra-dataset-busy/made").is_file()


def test_a_trainer_with_the_name_of_another(toy: Project) -> None:
    """The only trainer of a named plugin is used with its flags, also if another plugin has one of that name."""
    toy.run("run")
    toy.write("mine.py", IDLE.replace('"idle"', '"dpo"').replace("CODE", "(output / 'preset').write_text(self.preset)"))
    toy.run("train", "zebra-dataset", "--plugin", "mine", "--model", "base", "-o", "out", "--preset", "tri")
    assert (toy.folder / "out/preset").read_text() == "tri"


def test_a_flag_of_the_trainer_in_use(toy: Project) -> None:
    """A flag that several trainers have is set for the plugin's; without a README none is promised."""
    toy.run("run")
    toy.write("idle.py", IDLE.replace("CODE", "(output / 'preset').write_text(self.preset)"))
    words = ("train", "zebra-dataset", "--plugin", "idle", "--model", "base", "-o", "out", "--preset", "tri")
    assert toy.run(*words).stdout == "\nThe trained model is in out/\n"
    assert (toy.folder / "out/preset").read_text() == "tri"
