"""A saved recipe finds its loose plugins again, and notices that one has changed."""

from __future__ import annotations

import hashlib
import tomllib

import pytest

from zebra_core.testing import Project

CODE = """import zebra_core as zebra


@zebra.hookimpl
def zebra_similarities():
    return {"mine": dot}


def dot(vectors):
    return vectors @ vectors.T
"""


@pytest.fixture
def built(zebra_cli: Project) -> Project:
    """A folder with a dataset that a loose plugin helped to build."""
    zebra_cli.write("mine.py", CODE)
    zebra_cli.run("run", "--plugin", "mine", "-o", "sets/one")
    return zebra_cli


def test_the_recipe_has_path_and_hash(built: Project) -> None:
    """The path is relative to the recipe's folder, and the hash is the SHA-256 of the file."""
    recipe = tomllib.loads((built.folder / "sets/one/recipe.toml").read_text())
    assert recipe["plugins"] == ["../../mine.py"]
    assert recipe["plugin_hashes"] == {"../../mine.py": f"sha256:{hashlib.sha256(CODE.encode()).hexdigest()}"}


def test_it_runs_from_another_folder(built: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """From any folder the recipe finds the plugin and gives the same shards, without a warning."""
    (built.folder / "elsewhere").mkdir()
    monkeypatch.chdir(built.folder / "elsewhere")
    result = built.run("run", "../sets/one/recipe.toml", "--trust", "-o", "two")
    assert result.stderr == ""
    assert built.dataset("elsewhere/two") == built.dataset("sets/one")


def test_a_changed_file(built: Project) -> None:
    """An edited plugin is a warning that names it; with --strict it is an error, and its code does not run."""
    built.write("mine.py", CODE.replace("vectors @ vectors.T", "2 * vectors @ vectors.T"))
    stderr = built.run("run", "sets/one/recipe.toml", "--trust", "-o", "two").stderr
    assert stderr.count("Warning: mine.py has changed since the recipe was saved (sha256:") == 1
    built.write("mine.py", "open('ran', 'w')\n" + CODE)
    stderr = built.run("run", "sets/one/recipe.toml", "--trust", "-o", "three", "--strict", code=2).stderr
    assert stderr.startswith("Error: mine.py has changed since the recipe was saved")
    assert not (built.folder / "ran").exists()


def test_a_plain_list_of_names(built: Project) -> None:
    """A recipe without hashes names plugins as --plugin does."""
    built.write("plain.toml", 'plugins = ["mine"]\n')
    assert built.run("run", "plain.toml", "--trust", "-o", "two").stderr == ""
    assert built.dataset("two") == built.dataset("sets/one")
