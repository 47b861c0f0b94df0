"""The version of ZEBRA that an installed plugin needs."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from helpers.generated import DOCS

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


def declaring(zebra_cli: Project, declaration: str) -> str:
    """Run `zebra plugins` with a loose plugin that declares a version of the plugin API. Return the standard error."""
    zebra_cli.write("toy.py", f"{declaration}\n{CODE.format(name='POOL')}")
    fits = declaration == "" or "fits" in declaration
    return zebra_cli.run("plugins", "--plugin", "./toy.py", code=0 if fits else 2).stderr


@pytest.mark.parametrize("declaration", ["", f"ZEBRA_API = {zebra.API_VERSION}  # fits", "ZEBRA_API = (1, 99)  # fits"])
def test_the_api_fits(zebra_cli: Project, declaration: str) -> None:
    """A plugin that declares nothing, this version of the plugin API, or a range around it, is loaded."""
    assert declaring(zebra_cli, declaration) == ""


@pytest.mark.parametrize(
    ("declaration", "supported", "upgrade"),
    [
        ("ZEBRA_API = 99", "version 99", "upgrade ZEBRA with `pip install -U zebra-preference`"),
        ("ZEBRA_API = (98, 99)", "versions 98 to 99", "upgrade ZEBRA with `pip install -U zebra-preference`"),
        ("ZEBRA_API = 0", "version 0", "upgrade the plugin, or, if it is your own, adapt it and raise its ZEBRA_API"),
    ],
)
def test_the_api_does_not_fit(zebra_cli: Project, declaration: str, supported: str, upgrade: str) -> None:
    """One line says which versions of the plugin API differ, and whether to upgrade ZEBRA or the plugin."""
    stderr = declaring(zebra_cli, declaration)
    assert (
        f"is for {supported} of the plugin API, but ZEBRA {zebra.__version__} has version {zebra.API_VERSION}" in stderr
    )
    assert stderr.endswith(f"; {upgrade}\n")
    assert stderr.count("\n") == 1


@pytest.mark.parametrize(
    "declaration", ["ZEBRA_API = '1'", "ZEBRA_API = True", "ZEBRA_API = (1, 2, 3)", "ZEBRA_API = (1, None)"]
)
def test_a_declaration_that_is_no_version(zebra_cli: Project, declaration: str) -> None:
    """A declaration of another type is an error that shows both forms."""
    assert "ZEBRA_API must be a version such as 1, or the first and the last such as (1, 2), got" in declaring(
        zebra_cli, declaration
    )


def test_an_installed_plugin_for_another_api(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed plugin for another version of the plugin API is left out with the warning that the docs show; the run goes on."""
    monkeypatch.syspath_prepend(zebra_cli.folder)
    installed(zebra_cli.folder, "zebra-preference")
    monkeypatch.delitem(sys.modules, "acme", raising=False)
    code = (zebra_cli.folder / "acme.py").read_text()
    zebra_cli.write("acme.py", f"ZEBRA_API = {zebra.API_VERSION + 1}\n{code}")
    assert zebra_cli.run("run").stderr in (DOCS / "reference/stability.md").read_text(encoding="utf-8")
    assert zebra_cli.run("run", "--plugin", "acme", "-o", "x", code=2).stderr.startswith(
        "Error: plugin 'acme' (acme 2.0) is for"
    )
