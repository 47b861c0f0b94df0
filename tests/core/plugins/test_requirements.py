"""The version of ZEBRA that an installed plugin needs."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.testing import Project

CODE = """import zebra_core as zebra

zebra.{name}


@zebra.hookimpl
def zebra_similarities():
    return {{"futuristic": lambda vectors: vectors @ vectors.T}}
"""


def installed(folder: Path, requirement: str, name: str = "POOL") -> None:
    """Lay a distribution `acme` with a plugin that requires a version of ZEBRA into a folder of sys.path."""
    (folder / "acme.py").write_text(CODE.format(name=name))
    info = folder / "acme-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: acme\nVersion: 2.0\nRequires-Dist: numpy\nRequires-Dist: {requirement}\n"
    )
    (info / "entry_points.txt").write_text("[zebra]\nacme = acme\n")


def test_the_version_is_public() -> None:
    """`zebra.__version__` is that of the distribution; another unknown name is an AttributeError."""
    assert zebra.__version__ == version("zebra-preference")
    with pytest.raises(AttributeError):
        _ = zebra.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("requirement", ["zebra-preference>=9", "Zebra_Preference[report] >=9,<10"])
def test_a_newer_version_is_needed(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch, requirement: str) -> None:
    """The plugin is left out before its code runs, with one line that says what to upgrade; named, it stops the run."""
    monkeypatch.syspath_prepend(zebra_cli.folder)
    installed(zebra_cli.folder, requirement, "function_of_version_nine")
    stderr = zebra_cli.run("plugins").stderr
    assert stderr.startswith("Warning: left out: plugin 'acme' (acme 2.0) needs zebra-preference")
    assert f"but {zebra.__version__} is installed; upgrade with `pip install -U" in stderr
    assert stderr.count("\n") == 1
    assert "needs zebra-preference" in zebra_cli.run("run", "--plugin", "acme", code=2).stderr


@pytest.mark.parametrize(
    "requirement", ["zebra-preference", "zebra-preference>=0.1", "zebra-preference>=9; extra == 'x'"]
)
def test_the_version_is_right(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch, requirement: str) -> None:
    """A plugin whose requirement is met, or does not apply, is loaded."""
    monkeypatch.syspath_prepend(zebra_cli.folder)
    installed(zebra_cli.folder, requirement)
    result = zebra_cli.run("plugins")
    assert (result.stderr, "futuristic" in result.stdout) == ("", True)
