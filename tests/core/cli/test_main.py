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
    also = {"numpy", "pyarrow", "rich"} if arguments == ["--help"] else set()
    assert not (HEAVY | also) & set(done.stderr.split())


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


def test_a_message_is_one_short_line(zebra_cli: Project) -> None:
    """What the input puts into a message neither breaks its line nor makes it long; its start and its end stay."""
    for text in ("a\nb", "x" * 5_000):
        lines = zebra_cli.run("run", "--weight", text, code=2).stderr.splitlines()
        assert lines[-1].startswith("Error: --weight expects NAME=VALUE, got ")
        assert len(lines[-1]) <= len("Error: ") + 900
    zebra_cli.write(
        "odd.py", "import zebra_core as z\n@z.hookimpl\ndef zebra_rules():\n    raise ValueError('a\\nb')\n"
    )
    assert zebra_cli.run("run", "--plugin", "./odd.py", code=2).stderr.splitlines()[-1].endswith("ValueError: a b")


def test_a_plugin_with_an_impossible_name(zebra_cli: Project) -> None:
    """A name that no file can have, or none at all, is a mistake like any unknown name."""
    assert zebra_cli.run("run", "--plugin", "x" * 5_000, code=2).stderr.startswith("Error: ")
    assert "there is no plugin ''" in zebra_cli.run("run", "--plugin", "", code=2).stderr
