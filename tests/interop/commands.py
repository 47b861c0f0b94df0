"""Exported commands as words."""

from __future__ import annotations

import subprocess
from pathlib import Path


def words(script: Path, program: str) -> list[str]:
    """Return the words after the program that a script calls, as the shell makes them in the script's folder."""
    lines = f"""{program}() {{ printf '%s\\n' "$@"; }}; . ./{script.name}"""
    shell = subprocess.run(["sh", "-c", lines], cwd=script.parent, check=True, capture_output=True, encoding="utf-8")
    return shell.stdout.splitlines()
