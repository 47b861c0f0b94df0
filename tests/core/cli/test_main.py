"""The command `zebra` itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

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


def test_debug_shows_the_traceback(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ZEBRA_DEBUG=1 an error has its traceback."""
    from zebra_core.errors import ZebraError

    monkeypatch.setenv("ZEBRA_DEBUG", "1")
    with pytest.raises(ZebraError):
        zebra_cli.run("run", "--strategy", "none")
