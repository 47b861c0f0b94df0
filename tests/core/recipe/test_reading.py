"""Recipes by name: those that plugins offer, from a loose file too, and what takes precedence."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

import zebra_core as zebra
from zebra_core.cli import main
from zebra_core.testing import Project

HOUSE = '''
from pathlib import Path

import zebra_core as zebra


@zebra.hookimpl
def zebra_recipes():
    return {"house": house, "hause": house, "filed": filed, "broken": broken, "listed": listed, "misspelt": misspelt}


def house():
    """The pairs of this house."""
    return {"strategy": "delta", "min_gap": 0.2, "options": {"rbf": {"gamma": 0.5}}, "similarity": "rbf"}


def filed():
    """The same from a file beside the plugin."""
    return Path(__file__).with_name("filed.toml")


def broken():
    """A file that is not there."""
    return Path("absent.toml")


def listed():
    """A list."""
    return ["strategy"]


def misspelt():
    """A key that does not exist."""
    return {"stratgy": "sup"}
'''


@pytest.fixture
def house(zebra_cli: Project) -> Project:
    """A project with a loose plugin that offers recipes."""
    zebra_cli.write("house.py", HOUSE)
    zebra_cli.write("filed.toml", 'strategy = "delta"\nmin_gap = 0.2\nsimilarity = "rbf"\n[options.rbf]\ngamma = 0.5\n')
    return zebra_cli


def lines(output: str) -> dict[str, list[str]]:
    return {line.split()[0]: line.split()[1:] for line in output.splitlines() if line.startswith("  ")}


def test_a_loose_plugin_adds_a_recipe(house: Project) -> None:
    """`zebra run NAME` takes the values of a plugin's recipe, says so, and lets flags override them."""
    printed = lines(house.run("run", "house", "--plugin", "house.py", "--min-gap", "0.3").stdout)
    assert printed["strategy"] == ["delta", "from", "house"]
    assert printed["min"] == ["gap", "0.3", "--min-gap"]
    recipe = house.manifest()["recipe"]
    assert recipe["options"] == {"rbf": {"gamma": 0.5}}
    assert min(row["margin"] for row in house.dataset()) >= 0.3


def test_a_recipe_is_a_function_or_a_file(house: Project) -> None:
    """A recipe from values, by its name, its alias or with the plugin's name, and one from a TOML file give the same bytes."""
    for name in ("house", "hause", "house:house", "filed"):
        house.run("run", name, "--plugin", "house.py", "-o", name.replace(":", "-"))
    parts = [
        Path(folder, "data/part-00000.parquet").read_bytes() for folder in ("house", "hause", "house-house", "filed")
    ]
    assert len(set(parts)) == 1


def test_a_dataset_does_not_need_the_recipe_again(house: Project) -> None:
    """The recorded recipe has every value, so it builds the same pairs if the name is unknown."""
    house.run("run", "house", "--plugin", "house.py", "-o", "first")
    (house.folder / "house.py").unlink()
    assert "no plugin file" in house.run("run", "first/recipe.toml", "--trust", "-o", "again", code=2).stderr
    house.run("run", "first/recipe.toml", "--plugin", "similarity", "-o", "again")
    assert house.dataset("first") == house.dataset("again")


def test_a_file_takes_precedence_over_a_name(house: Project) -> None:
    """A file of the name is read; a folder of the name, such as a dataset, is not in the way."""
    house.run("run", "house", "--plugin", "house.py", "-o", "house")
    house.run("run", "house", "--plugin", "house.py", "-o", "again")
    assert house.manifest("again")["recipe"]["strategy"] == "delta"
    house.write("hause", 'strategy = "sim"')
    house.run("run", "hause", "--plugin", "house.py", "-o", "file")
    assert house.manifest("file")["recipe"]["strategy"] == "sim"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("hous", "there is no file or recipe 'hous'; did you mean 'house'? known: broken, filed, hause, house, "),
        ("here/recipe.toml", "there is no file or recipe 'here/recipe.toml'; known: broken, "),
        ("folder", "cannot read the recipe 'folder': Is a directory"),
        (
            "broken",
            "recipe 'broken' of plugin 'house': cannot read the recipe 'absent.toml': No such file or directory",
        ),
        (
            "listed",
            "recipe 'listed' of plugin 'house': it must return the values of a recipe or the Path of a TOML file, got list",
        ),
        ("misspelt", "there is no recipe key 'stratgy'; did you mean 'strategy'?"),
    ],
)
@pytest.mark.parametrize(
    "command", [("run",), ("sweep",), ("train", "pairs", "--recipe"), ("evaluate", "m", "--recipe")]
)
def test_a_mistake(house: Project, command: tuple[str, ...], name: str, message: str) -> None:
    """Every command that takes a recipe ends with one line: the closest names, or the component to blame."""
    if (name, command) == ("misspelt", ("sweep",)):
        message = "no evaluation is requested"
    (house.folder / "folder").mkdir()
    error = house.run("--plugin", "house.py", *command, name, code=2).stderr
    assert error.startswith("Error: ")
    assert message in error
    assert error.count("\n") == 1


def test_two_plugins_offer_one_name(house: Project) -> None:
    """A name that two plugins offer is refused, with the names that tell them apart."""
    house.write("other.py", HOUSE)
    plugins = ("--plugin", "house.py", "--plugin", "other.py")
    error = house.run("run", "house", *plugins, code=2).stderr
    assert "the recipe 'house' is offered by 2 plugins; choose one: house:house and other:house" in error
    house.run("run", "other:house", *plugins)


def test_a_plugin_that_the_recipe_names_needs_consent(house: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A loose plugin that an installed plugin's recipe names runs only with consent, as that of a file."""
    house.write("loose.py", "raise RuntimeError('it ran')")
    house.write("house.py", HOUSE.replace('"options"', '"plugins": ["./loose.py"], "options"'))
    house.write("house-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: house\nVersion: 1.0\n")
    house.write("house-1.0.dist-info/entry_points.txt", "[zebra]\nhouse = house\n")
    monkeypatch.syspath_prepend(house.folder)
    error = house.run("run", "house", code=2).stderr
    assert "the recipe names code to run" in error
    assert "loose.py" in error
    assert "it ran" in house.run("run", "house", "--trust", code=2).stderr


def test_python_reads_a_recipe_by_name() -> None:
    """`zebra.read_recipe` finds the recipes of installed plugins, and those of given ones only."""
    assert zebra.make_recipe(zebra.read_recipe("karma-paper")).strategy == "sup"
    with pytest.raises(zebra.ZebraError, match="there is no file or recipe 'karma-paper'; known: none"):
        zebra.read_recipe("karma-paper", zebra.load_plugins(["no:strategies"]))


def test_completion_offers_names_and_files() -> None:
    """The shell completes the names of recipes, and its own files."""
    completions = ShellComplete(main, {}, "zebra", "_ZEBRA_COMPLETE").get_completions(["run"], "kar")
    assert [(item.type, item.value) for item in completions] == [("plain", "karma-paper"), ("file", "kar")]
