"""`zebra plugin new`: a package of every kind, whose tests pass as soon as it is installed."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest
from helpers.packages import checked_run, installed, run_tests, with_site
from packaging.requirements import Requirement
from packaging.version import Version

import zebra_core as zebra
from zebra_authoring.names import Names
from zebra_authoring.scaffold import LICENCES, Package, kinds, version_range
from zebra_core.hookspecs import KINDS
from zebra_core.testing import Project

SLOW = "model"
"""The kind whose tests import torch; the others need no extra."""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A package of every kind, as the command writes it."""
    folder = tmp_path_factory.mktemp("packages")
    written = {kind: folder / f"zebra-my-{kind}" for kind in kinds()}
    for kind, package in written.items():
        Package(Names(f"my-{kind}"), kind).write(package)
    return written


@pytest.fixture(scope="module")
def site(packages: dict[str, Path]) -> Path:
    """A folder into which pip installed every package."""
    return installed(list(packages.values()), next(iter(packages.values())).parent / "site")


def test_every_kind_has_a_template() -> None:
    """The kinds are those of components, and besides them commands and observers."""
    assert {*kinds()} == {*(kind.replace(" ", "-") for kind in KINDS), "command", "observer"}


def test_packages_pass_their_tests(site: Path, packages: dict[str, Path]) -> None:
    """The tests of every package pass once it is installed."""
    output = run_tests(site, [package for kind, package in packages.items() if kind != SLOW])
    assert " passed" in output


@pytest.mark.train
def test_the_package_of_a_model_passes_its_tests(site: Path, packages: dict[str, Path]) -> None:
    """The tests of a model's package pass if the train extra is installed."""
    assert " passed" in run_tests(site, [packages[SLOW]])


def test_code_is_clean(packages: dict[str, Path]) -> None:
    """Ruff with its own rules has nothing to say, nor to format, and importing a module gives no warning."""
    for package in packages.values():
        checked_run("ruff", "check", "--no-cache", ".", cwd=package)
        checked_run("ruff", "format", "--no-cache", "--check", ".", cwd=package)
    modules = "import " + ", ".join(path.stem for package in packages.values() for path in package.glob("*.py"))
    command = (sys.executable, "-W", "error", "-c", modules)
    checked_run(*command, cwd=packages[SLOW], PYTHONPATH=with_site(*packages.values()))


def test_modules_are_short(packages: dict[str, Path]) -> None:
    """A module has 11 to 40 lines that are not blank."""
    for package in packages.values():
        (module,) = package.glob("*.py")
        lines = [line for line in module.read_text(encoding="utf-8").splitlines() if line.strip()]
        assert 11 <= len(lines) <= 40, f"{module.name}: {len(lines)}"


def test_projects_are_described(packages: dict[str, Path]) -> None:
    """Each pyproject.toml has the entry point, and a range of versions that this version of ZEBRA is in."""
    for kind, package in packages.items():
        project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        assert project["entry-points"]["zebra"] == {f"my-{kind}": f"zebra_my_{kind.replace('-', '_')}"}
        (requirement,) = map(Requirement, project["dependencies"])
        assert requirement.name == "zebra-preference"
        assert requirement.specifier.contains(zebra.__version__, prereleases=True)


@pytest.mark.parametrize(
    ("version", "oldest", "versions"),
    [
        ("0.1.0", "==0.1.0", ">=0.1.0,<0.2"),
        ("0.2.0.dev3+local", "==0.2.0.dev3", ">=0.2.0.dev3,<0.3"),
        ("1.4.2", "==1.4.2", ">=1.4.2,<2"),
    ],
)
def test_versions(version: str, oldest: str, versions: str) -> None:
    """The range ends before the next version that may break a plugin."""
    assert version_range(version) == (oldest, versions)
    assert Requirement(f"zebra-preference{versions}").specifier.contains(Version(version).public, prereleases=True)


def test_the_command_writes_a_package(zebra_cli: Project) -> None:
    """It names the files and the next commands, and writes nothing else."""
    lines = zebra_cli.run("plugin", "new", "My_Sim", "--kind", "similarity").stdout.splitlines()
    assert lines[0] == "The similarity 'my-sim' is in zebra-my-sim/zebra_my_sim.py, its tests in zebra-my-sim/tests/"
    assert lines[3:] == [
        "  cd zebra-my-sim",
        '  python -m pip install -e ".[test]"',
        "  python -m pytest",
        "  zebra run --similarity my-sim --set my-sim.sharpness=2",
    ]
    assert [path.name for path in zebra_cli.folder.iterdir()] == ["zebra-my-sim"]
    files = sorted(path.relative_to("zebra-my-sim").as_posix() for path in Path("zebra-my-sim").rglob("*.*"))
    assert files == [
        ".github",
        ".github/workflows/test.yml",
        ".gitignore",
        "README.md",
        "pyproject.toml",
        "tests/test_zebra_my_sim.py",
        "zebra_my_sim.py",
    ]
    assert "$" not in Path("zebra-my-sim/README.md").read_text(encoding="utf-8")


def test_the_page_names_the_same_commands(zebra_cli: Project) -> None:
    """The first commands of docs/how-to/plugin.md are the command and what it says is next."""
    page = (Path(__file__).parents[3] / "docs/how-to/plugin.md").read_text(encoding="utf-8")
    first, *following = page.split("```\n")[1].splitlines()
    result = zebra_cli.run(*first.split()[1:])
    assert [line.strip() for line in result.stdout.splitlines()[3:]] == following
    assert all(f"`{kind}`" in page for kind in kinds())


@pytest.mark.parametrize("licence", LICENCES)
def test_licences(zebra_cli: Project, licence: str) -> None:
    """The licence is in pyproject.toml and in LICENSE; without one, PyPI refuses the package."""
    zebra_cli.run("plugin", "new", "mine", "--kind", "observer", "--licence", licence, "-o", "mine")
    project = tomllib.loads(Path("mine/pyproject.toml").read_text(encoding="utf-8"))["project"]
    if licence == "none":
        assert "license" not in project
        assert project["classifiers"] == ["Private :: Do Not Upload"]
        assert not Path("mine/LICENSE").exists()
    else:
        assert (project["license"], project["license-files"]) == (licence, ["LICENSE"])
        assert licence.partition("-")[0] in Path("mine/LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("9lives", "'9lives' cannot be the name of a plugin"),
        ("naïve", "'naïve' cannot be the name of a plugin"),
        ("../x", "'../x' cannot be the name of a plugin"),
        ("zebra-", "'zebra-' cannot be the name of a plugin"),
        ("a" * 61, f"'{'a' * 61}' cannot be the name of a plugin"),
        ("Cosine", "the name 'cosine' is taken: it is the similarity 'cosine' of plugin 'similarity'"),
        ("zebra_safety_first", "the name 'safety-first' is taken: it is the rule 'safety-first' of plugin 'safety'"),
        ("compare", "the name 'compare' is taken: `zebra compare` is a command"),
        ("run", "the name 'run' is taken: `zebra run` is a command"),
        ("study", "the name 'study' is taken: zebra-preference"),
        ("core", "the name 'core' is taken: a module zebra_core is installed"),
        ("preference", "the name 'preference' is taken: a package zebra-preference is installed"),
    ],
)
def test_names_that_are_refused(zebra_cli: Project, name: str, fact: str) -> None:
    """A name that is not one, or that something installed has, is one line that says so, and nothing is written."""
    stderr = zebra_cli.run("plugin", "new", name, "--kind", "rule", code=2).stderr
    assert stderr.splitlines()[-1].startswith(f"Error: {fact}")
    assert list(zebra_cli.folder.iterdir()) == []


def test_a_folder_that_exists(zebra_cli: Project) -> None:
    """A folder that exists stays as it is."""
    zebra_cli.write("zebra-near/notes.txt", "mine")
    stderr = zebra_cli.run("plugin", "new", "near", "--kind", "rule", code=2).stderr
    assert stderr == "Error: zebra-near exists; choose another folder with -o FOLDER, or remove it\n"
    assert [path.name for path in Path("zebra-near").iterdir()] == ["notes.txt"]


def test_a_folder_that_cannot_be_written(zebra_cli: Project) -> None:
    """If the folder cannot be written, nothing is left of the attempt."""
    zebra_cli.write("file", "")
    facts = {"file/near": "cannot write file/near: ", "absent/near": "cannot write absent/near: "}
    facts |= {
        "memory://near": "memory://near is not a folder on this machine",
        "x" * 300: f"'{'x' * 60}...' is not a path",
    }
    for output, fact in facts.items():
        stderr = zebra_cli.run("plugin", "new", "near", "--kind", "rule", "-o", output, code=2).stderr
        assert stderr.startswith(f"Error: {fact}")
    assert [path.name for path in zebra_cli.folder.iterdir()] == ["file"]
