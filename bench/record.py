"""What a study has measured so far: written after each run, so that nothing is lost and the same command goes on."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that all studies have."""
    parser.add_argument("--minutes", type=float, default=0, help="end what runs after this time; 0 is no limit")
    parser.add_argument("--output", type=Path, help="JSON file of the results, with a table beside it (.md)")


class OverError(Exception):
    """The time is up."""


class Budget:
    """The time that a command may take."""

    def __init__(self, minutes: float) -> None:
        self.end = time.monotonic() + 60 * minutes if minutes else None

    def left(self) -> float | None:
        """Return the seconds that are left, None without a limit."""
        return None if self.end is None else max(self.end - time.monotonic(), 0.0)

    def is_over(self) -> bool:
        """Return whether nothing may begin any more."""
        return self.left() == 0.0


class Record:
    """The settings, the machine and the runs of a study, in a JSON file if there is one."""

    def __init__(self, path: Path | None, study: str, settings: dict[str, Any]) -> None:
        self.path = path
        self.content: dict[str, Any] = {"study": study, "settings": settings, "machine": machine(), "runs": []}
        if path is None or not path.exists():
            return
        earlier = json.loads(path.read_text(encoding="utf-8"))
        for name in ("study", "settings", "machine"):
            if earlier[name] != json.loads(json.dumps(self.content[name])):
                sys.exit(f"{path} has results with other {name} ({earlier[name]}); name another file: --output FILE")
        self.content = earlier

    @property
    def runs(self) -> list[dict[str, Any]]:
        """The runs so far."""
        return list(self.content["runs"])

    def has(self, **names: object) -> bool:
        """Return whether there is a run with these values."""
        return any(names.items() <= run.items() for run in self.content["runs"])

    def add(self, run: dict[str, Any]) -> None:
        """Add a run, with how busy the machine was, and write the file."""
        self.content["runs"].append({**run, "load": round(os.getloadavg()[0], 1)})
        if self.path:
            write(self.path, json.dumps(self.content, indent=1) + "\n")

    def keep(self, runs: list[dict[str, Any]]) -> None:
        """Write these runs in place of those so far."""
        self.content["runs"] = []
        for run in runs:
            self.add(run)

    def show(self, text: str) -> None:
        """Print a table, and write it beside the results."""
        print(text)
        if self.path:
            write(self.path.with_suffix(".md"), text + "\n")


def write(path: Path, text: str) -> None:
    """Write a file as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def machine() -> dict[str, Any]:
    """Return what the figures depend on besides the code: device and versions."""
    import torch
    import transformers
    import trl

    gpu = torch.cuda.is_available()
    return {
        "device": torch.cuda.get_device_name() if gpu else f"{os.cpu_count()} CPU cores, {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "trl": trl.__version__,
    }


def described(record: Record) -> str:
    """Return device and versions as a line."""
    values = record.content["machine"]
    versions = ", ".join(f"{name} {value}" for name, value in values.items() if name != "device")
    loads = [run["load"] for run in record.runs if "load" in run]
    busy = f"; load average {min(loads):g} to {max(loads):g}" if loads else ""
    return f"{values['device']}; {versions}{busy}"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
