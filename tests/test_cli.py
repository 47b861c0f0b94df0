"""The command line itself: help, recipes, options, and what it does not import."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import zebra_core as zebra
from zebra_core.testing import Project

HEAVY = {"torch", "transformers", "trl", "datasets", "pandas", "matplotlib", "ray", "scipy"}


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["plugins"], ["behavior", "--scores", "paper"]])
def test_nothing_heavy_is_imported(arguments: list[str]) -> None:
    """Help, the list of plugins and a behavior import none of the heavy libraries."""
    code = f"import sys; from zebra_core.cli import main; main({arguments!r}, standalone_mode=False); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not HEAVY & set(done.stderr.split())


def test_python_m(zebra_cli: Project) -> None:
    """`python -m zebra_core` is `zebra`."""
    done = subprocess.run([sys.executable, "-m", "zebra_core", "--version"], check=True, capture_output=True, text=True)
    assert done.stdout.startswith("zebra, version ")


def test_a_recipe_holds_options_and_the_command_line_weighs_more(zebra_cli: Project) -> None:
    """What a recipe says is done and named as its origin; an option given besides takes its place."""
    zebra_cli.write("my.toml", 'similarity = "rbf"\nstrategy = "sim"\n[options.rbf]\ngamma = 0.5\n')
    said = zebra_cli.run("run", "my.toml", "--strategy", "delta").stdout
    lines = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.startswith("  ") and line.split()}
    assert lines["similarity"] == ["rbf", "from", "my.toml"]
    assert lines["strategy"] == ["delta", "--strategy"]
    assert zebra_cli.manifest()["recipe"]["options"] == {"rbf": {"gamma": 0.5}}


@pytest.mark.parametrize(
    ("recipe", "told"),
    [
        ('stratgy = "sup"', "there is no recipe key 'stratgy'; did you mean 'strategy'?"),
        ("pairs = 1.5", "expected int, got 1.5"),
        ('pairs = "2"', "expected int, got '2'"),
        ("pairs = 0", "'pairs' must be >= 1: 0"),
        ("threshold = nan", "'threshold' must be a finite number: nan"),
        ("min_gap = -1", "'min_gap' must be >= 0: -1"),
        ('compression = "zip"', "compression must be none, snappy, gzip, lz4, zstd, or zstd:1 to zstd:22, got 'zip'"),
        ('compression = "gzip:3"', "got 'gzip:3'"),
        ('scope = "galaxy"', "expected 'instruction' or 'global', got 'galaxy': scope"),
        ("strategy = ", "is not valid TOML"),
        ("options = 3", "options must be tables"),
        ("[options.cosine]\npower = 2", "there is no option of similarity 'cosine' of plugin 'similarity' 'power'"),
        ("[options.rbf]\ngamma = 2.0", "the option rbf.gamma is set, but the run does not use 'rbf'"),
        ('similarity = "rbf"\n[options.rbf]\ngama = 2.0', "did you mean 'gamma'?"),
        ('similarity = "rbf"\n[options.rbf]\ngamma = "much"', "expected float, got 'much': gamma"),
        ('similarity = "cosin"', "there is no similarity 'cosin'; did you mean 'cosine'?"),
        ('strategy = "k_scor"', "did you mean 'k_score'?"),
        ('rule = "better"', "there is no rule 'better'"),
        ('pool = "nowhere.parquet"', "there is no file, folder or pool 'nowhere.parquet'"),
        ('pool = "allenai/ultrafeedback"', "use hub:allenai/ultrafeedback"),
        ('scores = ["papr"]', "did you mean 'paper'?"),
    ],
)
def test_a_mistake_in_a_recipe(zebra_cli: Project, recipe: str, told: str) -> None:
    """Each mistake is one line with the closest name or the type that is wanted, and exit code 2; nothing is written."""
    zebra_cli.write("my.toml", recipe)
    said = zebra_cli.run("run", "my.toml", code=2).stderr
    assert told in said
    assert said.count("\n") == 1
    assert [p.name for p in zebra_cli.folder.iterdir()] == ["my.toml"]


def test_a_setting_that_is_none(zebra_cli: Project) -> None:
    """`--set` says what it wants."""
    assert "--set expects COMPONENT.OPTION=VALUE" in zebra_cli.run("run", "--set", "gamma", code=2).stderr


def test_debug_shows_the_traceback(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ZEBRA_DEBUG=1 the error comes with its traceback."""
    from zebra_core.errors import ZebraError

    monkeypatch.setenv("ZEBRA_DEBUG", "1")
    with pytest.raises(ZebraError):
        zebra_cli.run("run", "--strategy", "none")


def test_behavior_as_csv_and_table(zebra_cli: Project) -> None:
    """The formats hold the same figures: three models, x normalised 1, .5, 0."""
    zebra_cli.write("s.csv", "model,MMLU\na,3\nb,2\nc,1\n")
    lines = zebra_cli.run("behavior", "--scores", "s.csv", "--format", "csv").stdout.splitlines()
    assert lines[:2] == [
        "model,MMLU,superiority,similarity to a,similarity to b,similarity to c",
        "a,1.0,1.0,1.0,1.0,0.0",
    ]
    table = zebra_cli.run("behavior", "--scores", "s.csv").stdout.splitlines()
    assert [line.split()[:3] for line in table[1:]] == [
        ["a", "1.000", "1.000"],
        ["b", "0.500", "0.500"],
        ["c", "0.000", "0.000"],
    ]


def test_plugins_as_json(zebra_cli: Project) -> None:
    """`zebra plugins --format json` says kind, name, aliases, plugin, version and options with their defaults."""
    found = {(row["kind"], row["name"]): row for row in json.loads(zebra_cli.run("plugins", "--format", "json").stdout)}
    assert found["similarity", "rbf"]["options"] == {"gamma": 1.0}
    assert found["strategy", "sup+sim"]["aliases"] == ["k_score_sim"]
    assert found["score source", "csv"]["distribution"] == "zebra-preference"
    assert all(row["summary"] for row in found.values())


def test_shell_completion(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell completes the names of components."""
    monkeypatch.setenv("_ZEBRA_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "zebra run --strategy su")
    monkeypatch.setenv("COMP_CWORD", "3")
    done = subprocess.run(["zebra"], check=False, capture_output=True, text=True)
    assert done.stdout.split() == ["plain,sup", "plain,sup+sim"]


def test_an_engine_that_is_not_installed(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra `ray` one line says what to install, before anything is read or written."""
    monkeypatch.setattr("zebra_core.extras.find_spec", lambda name: None)
    said = zebra_cli.run("run", "--engine", "ray", code=2).stderr
    assert said.endswith('the engine `ray` needs the extra `ray`: pip install "zebra-preference[ray]"\n')
    assert said.count("\n") == 1
    assert not [*zebra_cli.folder.iterdir()]


def test_every_option_has_help(plugins: zebra.Plugins) -> None:
    """Every option of a built-in component says in one sentence what it does."""
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
