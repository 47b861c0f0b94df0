"""One command in this process, and whether it kept the contract of `bench/fuzz.py`."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import re
import resource
from importlib import metadata
from pathlib import Path
from typing import Any

from zebra_core.cli import main

NAN = re.compile(r"(?<![\w\"'.])-?(NaN|Infinity)(?![\w\"'])")
LONGEST = 1_000
MEMORY = 3 << 30
"""Bytes of address space that an input may need on top of what is there."""


def limit_memory() -> None:
    """Bound this process's address space."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))


def keep_metadata() -> None:
    """Read the metadata of each installed package once, which takes most of a short command's time."""
    metadata.PathDistribution.__hash__ = lambda self: hash(self._path)  # type: ignore[method-assign,attr-defined]
    metadata.PathDistribution.__eq__ = lambda self, other: self._path == other._path  # type: ignore[method-assign,assignment,attr-defined]  # noqa: SLF001
    read = functools.cache(metadata.Distribution.metadata.fget)  # type: ignore[attr-defined]
    metadata.Distribution.metadata = property(read)  # type: ignore[assignment,method-assign]
    metadata.entry_points = functools.cache(metadata.entry_points)


def run(command: list[str]) -> dict[str, Any]:
    """Run a command in the current folder; return its exit code, its message, and the kind of failure or an empty text."""
    before = {path.name for path in Path().iterdir()}
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace") for _ in range(2))
    code: object = 0
    failure = ""
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(args=command, prog_name="zebra")
        except SystemExit as end:
            code = end.code or 0
        except BaseException as error:  # noqa: BLE001  # that anything may escape is what is tested
            failure = f"escaped {type(error).__name__}"
    printed, errors = (_text(stream) for stream in (out, err))
    lines = errors.splitlines()
    start = next((n for n, line in enumerate(lines) if line.startswith("Error: ")), len(lines))
    message = "\n".join(lines[start:])
    failure = (
        failure
        or _failure(code, message, errors)
        or _leftovers(code, {path.name for path in Path().iterdir()} - before)
    )
    failure = failure or (_nan(printed) if "json" in command else "")
    return {"code": code, "message": message, "failure": failure}


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode("utf-8", "replace")  # type: ignore[attr-defined]


def _failure(code: object, message: str, errors: str) -> str:
    if code not in {0, 2}:
        return f"exit {code}"
    if "Traceback" in errors:
        return "traceback"
    if code == 0:
        return ""
    if not message.removeprefix("Error: ").strip():
        return "empty message"
    if "\n" in message:
        return "message of several lines"
    return "long message" if len(message) > LONGEST else ""


def _leftovers(code: object, new: set[str]) -> str:
    if code == 2 and new - {"__pycache__"}:
        return "leftover"
    if any(name.endswith((".partial", ".old")) for name in new):
        return "unfinished folder"
    files = [path for name in new for path in Path(name).rglob("*.json")]
    return next((_nan(path.read_text()) for path in files if _nan(path.read_text())), "")


def _nan(text: str) -> str:
    """Return a failure if a JSON text has a number that JSON has not."""
    if not NAN.search(text):
        return ""
    numbers: list[str] = []
    with contextlib.suppress(ValueError):
        json.loads(text, parse_constant=numbers.append)
    return "NaN in the output" if numbers else ""
