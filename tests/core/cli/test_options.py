"""Options of the command line."""

from __future__ import annotations

import subprocess

import pytest

from zebra_core.testing import Project


def test_an_invalid_setting(zebra_cli: Project) -> None:
    """`--set` explains its form."""
    assert "--set expects COMPONENT.OPTION=VALUE" in zebra_cli.run("run", "--set", "gamma", code=2).stderr


def test_an_integer_that_is_too_long(zebra_cli: Project) -> None:
    """Python converts at most 4,300 digits; the value is then the text that it is, which no number accepts."""
    error = zebra_cli.run("run", "--similarity", "rbf", "--set", f"rbf.gamma={'9' * 5_000}", code=2).stderr
    assert error.startswith("Error: similarity 'rbf'")
    assert "gamma" in error
    assert len(error) < 1_000


def test_shell_completion(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell completes the names of components."""
    monkeypatch.setenv("_ZEBRA_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "zebra run --strategy su")
    monkeypatch.setenv("COMP_CWORD", "3")
    done = subprocess.run(["zebra"], check=False, capture_output=True, text=True)
    assert done.stdout.split() == ["plain,sup", "plain,sup+sim"]
