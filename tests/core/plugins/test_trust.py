"""Code that a recipe names runs only if the user agrees."""

from __future__ import annotations

import hashlib
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.plugins.trust import find_loose_code
from zebra_core.testing import Project

SIM = """
from pathlib import Path
import zebra_core as zebra

Path(__file__).with_name("ran").touch()

@zebra.hookimpl
def zebra_similarities():
    return {"my_sim": lambda vectors: vectors @ vectors.T}
"""
SHA = f"sha256:{hashlib.sha256(SIM.encode()).hexdigest()}"
SWEEP = 'model = "tiny"\nstrategy = ["sup", "sim"]\n[evaluation]\npairs = "nowhere"\n'
COMMANDS = {
    "run": ("run", "recipe.toml"),
    "train": ("train", "nowhere", "--recipe", "recipe.toml"),
    "train in several processes": ("train", "nowhere", "--recipe", "recipe.toml", "--launch", "torchrun:2"),
    "evaluate": ("evaluate", "nowhere", "--recipe", "recipe.toml"),
    "sweep": ("sweep", "recipe.toml", "--dry-run"),
}
NAMES = {
    "file": "./my_sim.py",
    "stem": "my_sim",
    "folder": "./my_sim/",
    "module": "my_sim",
    "submodule": "package.my_sim",
}


def recipe(project: Project, names: str, text: str = "") -> None:
    project.write("recipe.toml", f"plugins = [{names!r}]\n{text}")


def ran(project: Project) -> bool:
    return bool([*project.folder.rglob("ran")])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_recipe_runs_no_code_without_consent(zebra_cli: Project, command: str) -> None:
    """Without a terminal every command refuses with the file, its hash and the flag, before a line of the plugin runs."""
    zebra_cli.write("my_sim.py", SIM)
    recipe(zebra_cli, "my_sim", SWEEP if command == "sweep" else "")
    message = zebra_cli.run(*COMMANDS[command], code=2).stderr
    assert message == (f"Error: the recipe names code to run, my_sim.py ({SHA}); read it, then add --trust to run it\n")
    assert not ran(zebra_cli)


@pytest.mark.parametrize("kind", NAMES)
def test_every_way_to_name_code(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A file, a folder, a module and a module in a package, none of whose packages is imported, all need consent."""
    place = {"folder": "my_sim/__init__.py", "submodule": "package/my_sim.py"}.get(kind, "my_sim.py")
    file = zebra_cli.write(place, SIM)
    if kind == "submodule":
        zebra_cli.write("package/__init__.py", SIM)
    if "module" in kind:
        monkeypatch.syspath_prepend(zebra_cli.folder)
    recipe(zebra_cli, NAMES[kind])
    message = zebra_cli.run("run", "recipe.toml", code=2).stderr
    assert SHA in message
    assert str(file if kind == "submodule" else place) in message
    assert not ran(zebra_cli)


def test_a_folder_is_more_than_one_file(zebra_cli: Project) -> None:
    """The hash is that of one file, and the number of other files in the folder stands beside it."""
    zebra_cli.write("mine/__init__.py", SIM)
    zebra_cli.write("mine/more.py", "")
    zebra_cli.write("mine/deep/most.py", "")
    assert str(find_loose_code("./mine/")) == f"mine/__init__.py ({SHA}, and 2 more .py files in its folder)"


def test_consent_on_the_command_line(zebra_cli: Project) -> None:
    """`--trust` runs the plugin, and so does naming it; the recipe of the dataset needs consent again."""
    zebra_cli.write("my_sim.py", SIM)
    recipe(zebra_cli, "my_sim")
    assert "my_sim" in zebra_cli.run("run", "recipe.toml", "--trust").stdout
    zebra_cli.run("run", "recipe.toml", "--plugin", "my_sim", "-o", "named")
    zebra_cli.run("--plugin", "my_sim", "run", "recipe.toml", "-o", "before")
    assert "--trust" in zebra_cli.run("run", "named/recipe.toml", "-o", "again", code=2).stderr
    zebra_cli.run("run", "named/recipe.toml", "-o", "again", "--trust")
    assert zebra_cli.dataset("again") == zebra_cli.dataset("named")


def test_installed_plugins_need_no_consent(zebra_cli: Project) -> None:
    """An installed plugin, and one that is switched off, are named without a question; a missing one is an error of its own."""
    zebra_cli.write("recipe.toml", 'plugins = ["similarity", "no:ray"]\n')
    zebra_cli.run("run", "recipe.toml")
    zebra_cli.write("recipe.toml", 'plugins = ["nowhere_at_all"]\n')
    assert "there is no plugin 'nowhere_at_all'" in zebra_cli.run("run", "recipe.toml", code=2).stderr


def test_the_recipes_of_an_evaluation(zebra_cli: Project) -> None:
    """A sweep asks for the plugins of the recipes under [evaluation] too."""
    zebra_cli.write("my_sim.py", SIM)
    inner = '[evaluation.pairs]\nplugins = ["my_sim"]\n'
    zebra_cli.write("recipe.toml", f'model = "tiny"\nstrategy = ["sup", "sim"]\n{inner}')
    assert SHA in zebra_cli.run("sweep", "recipe.toml", "--dry-run", code=2).stderr
    assert not ran(zebra_cli)


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 2)])
def test_a_terminal_is_asked(zebra_cli: Project, answer: str, code: int) -> None:
    """On a terminal the question shows the file and its hash; only "y" runs it."""
    zebra_cli.write("my_sim.py", SIM)
    recipe(zebra_cli, "my_sim")
    terminal, other = pty.openpty()
    command = [sys.executable, "-m", "zebra_core", "run", "recipe.toml"]
    process = subprocess.Popen(command, stdin=other, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    os.write(terminal, f"{answer}\n".encode())
    _, printed = process.communicate(timeout=120)
    os.close(terminal)
    os.close(other)
    assert process.returncode == code, printed
    assert f"The recipe names code to run: my_sim.py ({SHA}). Run it? [y/N]" in printed.replace("\n", "")
    assert ran(zebra_cli) == (code == 0)
    assert ("is not trusted, so nothing was run" in printed) == (code == 2)


CODE = {
    "a folder of tasks": '[options.lm-eval]\ntask_folders = ["mine"]\n',
    "a task file": '[options."lm_eval:lm-eval"]\ntasks = ["arc_easy", "mine/a.yaml"]\n',
    "generated code": "[options.evaluator.lm-eval]\nconfirm_run_unsafe_code = true\n",
}


@pytest.mark.parametrize("case", CODE)
def test_options_that_run_code(zebra_cli: Project, case: str) -> None:
    """Options of a recipe by which an evaluator runs code need consent too; on the command line they do not."""
    zebra_cli.write("recipe.toml", CODE[case])
    words = ("evaluate", "nowhere", "--tasks", "arc_easy")
    assert (
        "which runs code or sends data; read it, then add --trust"
        in zebra_cli.run(*words, "--recipe", "recipe.toml", code=2).stderr
    )
    for more in (("--recipe", "recipe.toml", "--trust"), ("--set", "lm-eval.task_folders=['mine']")):
        assert "--trust" not in zebra_cli.run(*words, *more, code=2).stderr
    zebra_cli.write(
        "sweep.toml", f'model = "tiny"\nstrategy = ["sup", "sim"]\n{CODE[case]}[evaluation]\ntasks = "arc_easy"\n'
    )
    assert "add --trust" in zebra_cli.run("sweep", "sweep.toml", "--dry-run", code=2).stderr


def test_tasks_of_a_sweep(zebra_cli: Project) -> None:
    """A task file in the table of a sweep's evaluation is named; the name of a task needs no consent."""
    for tasks, asked in (("arc_easy,mine.yaml", True), ("arc_easy", False)):
        zebra_cli.write("recipe.toml", f'model = "no"\nstrategy = ["sup", "sim"]\n[evaluation]\ntasks = "{tasks}"\n')
        message = zebra_cli.run("sweep", "recipe.toml", "--dry-run", code=2).stderr
        assert ("lm-eval.tasks to arc_easy,mine.yaml, which runs code" in message) == asked


def test_a_report_runs_no_code_of_a_dataset(zebra_cli: Project) -> None:
    """The report of a dataset made with a loose plugin does not run it, says so, and runs it if it is named."""
    pool = SIM + "\n@zebra.hookimpl\ndef zebra_pools():\n    return {'my_pool': mine}\n\n"
    pool += "def mine(location):\n    return zebra.open_pool('demo')\n"
    zebra_cli.write("my_pool.py", pool)
    zebra_cli.run("run", "--plugin", "./my_pool.py", "--pool", "my_pool", "--report")
    page = zebra_cli.folder / "zebra-dataset/report/report.html"
    assert "cannot be read again" not in page.read_text()
    (zebra_cli.folder / "ran").unlink()
    fresh = [sys.executable, "-m", "zebra_core", "report", "zebra-dataset"]
    subprocess.run(fresh, check=True, capture_output=True)
    assert "add --plugin my_pool.py" in page.read_text()
    assert not ran(zebra_cli)
    subprocess.run([*fresh, "--plugin", "./my_pool.py"], check=True, capture_output=True)
    assert "cannot be read again" not in page.read_text()


def test_recorded_code_must_be_the_same(tmp_path: Path) -> None:
    """Names from a manifest load only code that this process has run, unchanged."""
    file = tmp_path / "my_sim.py"
    file.write_text(SIM)
    with pytest.raises(zebra.ZebraError, match="add --plugin"):
        zebra.load_plugins([str(file)], recorded=True)
    zebra.load_plugins([str(file)])
    assert "my_sim" in zebra.load_plugins([str(file)], recorded=True).named
    file.write_text(SIM + "\n")
    with pytest.raises(zebra.ZebraError, match="add --plugin"):
        zebra.load_plugins([str(file)], recorded=True)
