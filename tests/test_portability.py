"""What other systems do differently: encodings of consoles, line ends, missing calls, drives in paths."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.testing import Project

ROOT = Path(__file__).parents[1]
SOURCES = [path for folder in ("zebra_core", "plugins") for path in sorted((ROOT / folder).rglob("*.py"))]
OF_UNIX = {
    "fork",
    "forkpty",
    "killpg",
    "setsid",
    "getuid",
    "geteuid",
    "getpgid",
    "mkfifo",
    "uname",
    "SIGKILL",
    "SIGHUP",
    "SIGSTOP",
}
"""Members of `os` and `signal` that Windows does not have."""
MODULES_OF_UNIX = {"fcntl", "pwd", "grp", "resource", "termios", "pty"}
NAMES = ("通义千问-7b", "日本語モデル", "modèle")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_needs_another_system(path: Path) -> None:
    """No call or module that Windows lacks is used, and no text is written with the line ends of the system."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in {"os", "signal"}:
            assert node.attr not in OF_UNIX
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert not {*modules} & MODULES_OF_UNIX
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "write_text":
            own = isinstance(node.func.value, ast.Attribute | ast.Name) and ast.unparse(node.func.value).endswith(
                "storage"
            )
            lines = {keyword.arg for keyword in node.keywords}
            assert own or "newline" in lines or path.name in {"lock.py", "make.py"} or "testing" in path.parts


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_console_that_lacks_a_character(zebra_cli: Project, encoding: str) -> None:
    """Names that the console cannot show are escapes there; the dataset has them as they are."""
    rows = [f"{name},{3 * at + 30},{2 * at + 7}" for at, name in enumerate(NAMES)]
    zebra_cli.write("scores.csv", "\n".join(["model,MMLU,IFEval", *rows]))
    answers = ", ".join(f'"{name}": "{name}"' for name in NAMES)
    zebra_cli.write("pool.jsonl", f'{{"prompt": "→?", {answers}}}')
    command = [sys.executable, "-m", "zebra_core", "run", "--pool", "pool.jsonl", "--scores", "scores.csv"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run([*command, "--threshold", "-1"], env=environment, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert rb"\u65e5\u672c\u8a9e" in done.stdout
    assert {zebra_cli.dataset()[0][f"{side}_model"] for side in ("chosen", "rejected")} <= {*NAMES}


def test_the_drive_of_a_path_is_no_reader(plugins: zebra.Plugins) -> None:
    """`C:` is a reader only if one has that name."""
    for path in (r"C:\data\pool.csv", "d:/pool.csv", r"\\server\share\pool.csv"):
        assert plugins.locate("pool", path) == (None, path)
        component, location = plugins.locate("pool", f"long:{path}")
        assert component is not None
        assert (component.name, location) == ("long", path)


def test_text_files_have_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """A line ends in one character, whatever the system's is."""
    zebra.storage.write_durably(tmp_path / "a.txt", "é\nb\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa9\nb\n"
