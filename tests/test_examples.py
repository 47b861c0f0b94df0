"""The packages under examples/: each is installed, its tests pass, and its README shows what is there and what it does."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.packages import installed, run_tests, with_site

EXAMPLES = Path(__file__).parents[1] / "examples"
PACKAGES = sorted(path.parent for path in EXAMPLES.glob("*/pyproject.toml"))
TUTORIALS = [package for package in PACKAGES if (package / "README.md").is_file()]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip installed copies of all examples."""
    folder = tmp_path_factory.mktemp("examples")
    ignored = shutil.ignore_patterns("__pycache__", ".*", "dist", "build")
    copies = [Path(shutil.copytree(package, folder / package.name, ignore=ignored)) for package in PACKAGES]
    return installed(copies, folder / "site")


def test_their_tests_pass(site: Path) -> None:
    """The tests of every example pass once it is installed."""
    assert " passed" in run_tests(site, [site.parent / tutorial.name for tutorial in TUTORIALS])


@pytest.mark.parametrize("example", TUTORIALS, ids=lambda path: path.name)
def test_readme_shows_the_code(example: Path) -> None:
    """README is one page, and every block of Python in it is in a module of the package."""
    text = (example / "README.md").read_text(encoding="utf-8")
    modules = [path.read_text(encoding="utf-8") for path in example.rglob("*.py")]
    blocks = re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)
    assert len(text.splitlines()) <= 90
    assert blocks
    for block in blocks:
        assert any(block in module for module in modules), block


@pytest.mark.parametrize("example", TUTORIALS, ids=lambda path: path.name)
def test_readme_shows_the_output(site: Path, tmp_path: Path, example: Path) -> None:
    """The commands of README work in the order in which they stand, and print every line that is below them."""
    folder = Path(shutil.copytree(site.parent / example.name, tmp_path / example.name))
    text = (example / "README.md").read_text(encoding="utf-8")
    for block in re.findall(r"^```\n(\$ .*?)^```", text, flags=re.DOTALL | re.MULTILINE):
        for step in block.split("$ ")[1:]:
            command, *lines = step.splitlines()
            if not command.startswith("python -m "):  # pip and pytest, which the other tests run
                printed = _printed(shlex.split(command), folder, site)
                assert [line for line in lines if line not in printed] == [], f"{command}\n{printed}"


def _printed(command: list[str], folder: Path, site: Path) -> list[str]:
    """Return the lines that a command prints. Fail if it fails."""
    command = [sys.executable, "-m", "zebra_core", *command[1:]] if command[0] == "zebra" else command
    environment = {**os.environ, "PYTHONPATH": with_site(site), "COLUMNS": "160"}
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.rstrip() for line in done.stdout.splitlines()]
