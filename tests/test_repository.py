"""What contributors rely on: CONTRIBUTING.md, the workflow, pre-commit and the citation say what is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PINS = dict(re.findall(r"^([\w-]+)==(.+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), flags=re.MULTILINE))


def test_pre_commit_has_the_versions_of_the_constraints() -> None:
    """Ruff before a commit is the ruff of CI."""
    repositories = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    (ruff,) = (each for each in repositories if each["repo"].endswith("ruff-pre-commit"))
    assert ruff["rev"] == f"v{PINS['ruff']}"
    for hook in (hook for each in repositories if each["repo"] == "local" for hook in each["hooks"]):
        assert re.search(rf"^\t{hook['entry']}$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_contributing_names_what_exists() -> None:
    """Every `make` target, file and folder that it names is there."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {*re.findall(r"make ([a-z-]+)", CONTRIBUTING)} <= {*targets}
    for path in re.findall(
        r"`((?:zebra_core|plugins|tests|bench|\.ci)[\w/.]*|[A-Z]\w+\.\w+)`|\]\(([^):]+)\)", CONTRIBUTING
    ):
        assert (ROOT / next(filter(None, path))).exists(), path


def test_the_workflow_tests_every_declared_python() -> None:
    """The versions of Python are those of pyproject.toml, from the oldest on, on three systems."""
    jobs = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))["jobs"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [c.rpartition(" ")[2] for c in project["classifiers"] if re.fullmatch(r".*Python :: 3\.\d+", c)]
    matrix = jobs["test"]["strategy"]["matrix"]
    assert matrix["python"] == declared
    assert project["requires-python"] == f">={declared[0]}"
    assert len(matrix["os"]) == 3
    install = next(step["run"] for step in jobs["test"]["steps"] if "pip install" in step.get("run", ""))
    assert install in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_citation() -> None:
    """It has the project's version, and both papers with their authors."""
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert str(citation["version"]) == project["version"]
    papers = [citation["preferred-citation"], *citation["references"]]
    assert [re.search("ZEBRA|KARMA", paper["title"])[0] for paper in papers] == ["ZEBRA", "KARMA"]  # type: ignore[index]
    for paper in papers:
        assert [author["family-names"] for author in paper["authors"]] == ["Jung", "Park", "Jung"]


@pytest.mark.parametrize("name", ["bug", "feature", "plugin"])
def test_issue_forms(name: str) -> None:
    """Each form has a name, a description, and at least one field that is required or optional."""
    form = yaml.safe_load((ROOT / f".github/ISSUE_TEMPLATE/{name}.yml").read_text(encoding="utf-8"))
    assert form["name"]
    assert form["description"]
    assert all(field["attributes"]["label"] for field in form["body"])
