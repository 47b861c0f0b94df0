"""`zebra plugins`."""

from __future__ import annotations

import json

import pytest

import zebra_core as zebra
from zebra_core.plugins.installed import installed_names
from zebra_core.testing import Project


def test_plugins_as_json(zebra_cli: Project) -> None:
    """`zebra plugins --format json` has kind, name, aliases, plugin, version and options with their defaults."""
    result = {
        (row["kind"], row["name"]): row for row in json.loads(zebra_cli.run("plugins", "--format", "json").stdout)
    }
    assert result["similarity", "rbf"]["options"] == {"gamma": 1.0}
    assert result["strategy", "sup+sim"]["aliases"] == ["k_score_sim"]
    assert result["score source", "csv"]["distribution"] == "zebra-preference"
    assert all(row["summary"] for row in result.values())


def test_a_long_summary_is_cut_and_the_other_columns_are_not(zebra_cli: Project) -> None:
    """Each row has kind, name and plugin in full, and of what it is as much as fits into 140 columns."""
    code = (
        'import zebra_core as zebra\n\n\n@zebra.hookimpl\ndef zebra_similarities():\n    return {"wordy": wordy}\n\n\n'
    )
    zebra_cli.write("house_of_many_words.py", f'{code}def wordy(vectors):\n    """{"Wordy. " * 40}"""\n')
    lines = zebra_cli.run("plugins", "--plugin", "./house_of_many_words.py").stdout.splitlines()
    assert {len(line) for line in lines} == {140}
    cells = [line.split() for line in lines]
    assert ["similarity", "wordy", "house_of_many_words", "Wordy."] in [words[:4] for words in cells]
    assert ["similarity", "rbf", "similarity", "Gaussian"] in [words[:4] for words in cells]


def test_every_option_has_help(plugins: zebra.Plugins) -> None:
    """Every option of a built-in component has one sentence of help."""
    options = [(c.name, o.name, o.info.help) for c in plugins.components for o in c.options.values()]
    assert len(options) > 100
    assert [(component, name) for component, name, text in options if not text.endswith(".")] == []


def test_a_component_in_full(zebra_cli: Project) -> None:
    """`zebra plugins NAME` shows where it comes from, its options with default and help, its flags and an example."""
    shown = zebra_cli.run("plugins", "rbf").stdout
    assert shown.startswith("similarity rbf  (plugin similarity, zebra-preference ")
    assert "  gamma = 1.0\n      Decay with distance" in shown
    assert "Example: --set similarity.rbf.gamma=1.0" in shown
    assert "(also --lora)" in zebra_cli.run("plugins", "trainer.dpo").stdout
    assert "did you mean 'rbf'?" in zebra_cli.run("plugins", "rbff", code=2).stderr


def test_a_recipe_in_full(zebra_cli: Project) -> None:
    """`zebra plugins NAME` shows the values of a recipe as TOML, which `zebra run` takes as a file."""
    shown = zebra_cli.run("plugins", "karma-paper").stdout
    assert shown.startswith("recipe zebra-paper, karma-paper  (plugin strategies, zebra-preference ")
    zebra_cli.write("recipe.toml", "\n".join(line for line in shown.splitlines() if " = " in line))
    assert zebra.read_recipe("recipe.toml") == zebra.read_recipe("zebra-paper")


def test_the_times_of_plugins(zebra_cli: Project) -> None:
    """`zebra plugins --times` has the import and each hook of every plugin, a loose one too, the slowest first."""
    code = "import time\n\nimport zebra_core as zebra\n\n{}\n\n@zebra.hookimpl\ndef zebra_rules():\n    return {{}}\n"
    zebra_cli.write("slow.py", code.format("time.sleep(0.2)"))
    rows = json.loads(zebra_cli.run("plugins", "--plugin", "./slow.py", "--times", "--format", "json").stdout)
    seconds = {(row["plugin"], row["step"]): row["seconds"] for row in rows}
    assert seconds["slow", "import"] >= 0.2
    assert {("slow", "zebra_rules"), ("similarity", "zebra_similarities"), ("study", "zebra_commands")} < set(seconds)
    assert {plugin for plugin, step in seconds if step == "import"} == {"slow", *installed_names()}
    assert [row["seconds"] for row in rows] == sorted((row["seconds"] for row in rows), reverse=True)


def test_the_table_of_times(zebra_cli: Project) -> None:
    """As a table the times end with their sum, and a component's name beside --times is an error."""
    lines = zebra_cli.run("plugins", "--times").stdout.splitlines()
    assert lines[0].split() == ["plugin", "import", "or", "hook", "seconds"]
    times = [float(line.split()[-1]) for line in lines[1:]]
    assert abs(times[-1] - sum(times[:-1])) < 0.0001 * len(times)  # each is rounded to a tenth of a millisecond
    assert "leave one of them out" in zebra_cli.run("plugins", "rbf", "--times", code=2).stderr


def test_a_traced_run(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ZEBRA_TRACE=1 a run prints each hook call, each stage and each call of an observer to the standard error only."""
    zebra_cli.write(
        "watch.py", "import zebra_core as zebra\n\n\n@zebra.hookimpl\ndef zebra_stage_started(stage):\n    pass\n"
    )
    quiet = zebra_cli.run("run", "--plugin", "./watch.py", "-o", "a")
    monkeypatch.setenv("ZEBRA_TRACE", "1")
    traced = zebra_cli.run("run", "--plugin", "./watch.py", "-o", "b")
    assert traced.stdout == quiet.stdout.replace("in a/", "in b/")
    steps = [line.split(" s  ")[1] for line in traced.stderr.splitlines() if line.startswith("trace: ")]
    assert {"plugin watch: import", "plugin demo: zebra_pools", "plugin watch: zebra_stage_started('plan')"} < set(
        steps
    )
    assert [step for step in steps if step.startswith("stage ")] == [
        f"stage {name}" for name in ("pool", "scores", "behavior", "plan", "dataset")
    ]
    assert "trace: " not in quiet.stderr


TYPES = """import dataclasses
import enum
from pathlib import Path

import zebra_core as zebra


class Colour(enum.Enum):
    RED = "red"


@DECORATOR
class Mine:
    needed: int
    path: Path = Path("a/b")
    colour: Colour = Colour.RED
    either: str | int = 3

    def __call__(self, vectors):
        return vectors @ vectors.T


@zebra.hookimpl
def zebra_similarities():
    return {"mine": Mine}
"""


@pytest.mark.parametrize("decorator", ["__import__('attrs').frozen", "dataclasses.dataclass"])
def test_options_of_every_type(zebra_cli: Project, decorator: str) -> None:
    """Paths, enumerations and unions are shown as the plain values that `--set` takes, in all three forms."""
    zebra_cli.write("mine.py", TYPES.replace("DECORATOR", decorator))
    rows = json.loads(zebra_cli.run("plugins", "--plugin", "mine", "--format", "json").stdout)
    options = next(row["options"] for row in rows if row["plugin"] == "mine")
    assert {"path": "a/b", "colour": "red", "either": 3}.items() <= options.items()
    assert "mine" in zebra_cli.run("plugins", "--plugin", "mine").stdout
    shown = zebra_cli.run("plugins", "similarity.mine", "--plugin", "mine").stdout
    assert '  path = "a/b"' in shown
    assert '  colour = "red"' in shown
