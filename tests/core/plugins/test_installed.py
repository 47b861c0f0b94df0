"""Which of the installed plugins are loaded."""

from __future__ import annotations

import pytest

import zebra_core as zebra
from zebra_core.plugins.installed import ONLY, installed_names
from zebra_core.testing import Project


@pytest.mark.parametrize(
    ("only", "requested", "loaded"),
    [
        ("local, similarity", [], ["local", "similarity"]),
        ("", [], []),
        ("local", ["safety"], ["local", "safety"]),
        ("local,safety", ["no:local"], ["safety"]),
        ("local", ["no:safety"], ["local"]),
    ],
    ids=["two", "none", "and one requested", "less one left out", "one left out of neither"],
)
def test_only_the_listed_plugins(
    monkeypatch: pytest.MonkeyPatch, only: str, requested: list[str], loaded: list[str]
) -> None:
    """ZEBRA_PLUGINS lists the installed plugins to load, an empty value none; `--plugin NAME` adds one, `no:NAME` takes one out."""
    monkeypatch.setenv(ONLY, only)
    assert sorted(zebra.load_plugins(requested).origins) == loaded


def test_every_plugin_without_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ZEBRA_PLUGINS every installed plugin is loaded."""
    monkeypatch.delenv(ONLY, raising=False)
    assert set(zebra.load_plugins().origins) == installed_names()


def test_a_listed_plugin_that_is_not_installed(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt name ends any command that loads plugins, with the closest match."""
    monkeypatch.setenv(ONLY, "local,reprot")
    stderr = zebra_cli.run("plugins", code=2).stderr
    assert stderr.startswith("Error: there is no installed plugin 'reprot' in ZEBRA_PLUGINS; did you mean 'report'?")


def test_a_run_without_the_plugins_it_needs(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """If no plugin is left to offer a default, the error names ZEBRA_PLUGINS."""
    monkeypatch.setenv(ONLY, "")
    assert zebra_cli.run("run", code=2).stderr == (
        "Error: no plugin declares a default pool; name one: none is loaded, for ZEBRA_PLUGINS is ''; "
        "add the plugin to it, or unset it\n"
    )


def test_a_plugin_that_is_not_listed_is_not_imported(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken plugin is neither imported nor warned about if ZEBRA_PLUGINS leaves it out."""
    zebra_cli.write("broken.py", "raise RuntimeError('imported')\n")
    zebra_cli.write("broken-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n")
    zebra_cli.write("broken-1.0.dist-info/entry_points.txt", "[zebra]\nbroken = broken\n")
    monkeypatch.syspath_prepend(zebra_cli.folder)
    assert "RuntimeError: imported" in zebra_cli.run("plugins").stderr
    monkeypatch.setenv(ONLY, "similarity")
    assert zebra_cli.run("plugins").stderr == ""
