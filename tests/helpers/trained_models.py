"""Training with TRL, on a tiny model; needs the train extra."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from zebra_core.testing import Project


def settings(trainer: str, **values: Any) -> list[str]:
    """Return `--set` options of a trainer."""
    printed = {name: json.dumps(value) for name, value in values.items()}
    return [word for name, value in printed.items() for word in ("--set", f"{trainer}.{name}={value}")]


def trained(project: Project, demo: Path, trainer: str, *more: str, **values: Any) -> dict[str, Any]:
    """Train the tiny model, and return the results."""
    project.run(
        "train", str(demo), "--trainer", trainer, "--model", "tiny", "-o", "out", *more, *settings(trainer, **values)
    )
    results = json.loads((project.folder / "out/results.json").read_text())
    result: dict[str, Any] = {**results, **results["metrics"]}
    return result


def metrics(folder: Path) -> list[dict[str, Any]]:
    """Return the figures that were logged."""
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def command(project: Project, demo: Path, trainer: str, output: str) -> list[str]:
    """Return a training of 24 steps with a checkpoint at every fourth."""
    printed = settings(trainer, max_steps=24, save_steps=4, logging_steps=4, held_out=0)
    return [
        sys.executable,
        "-m",
        "zebra_core",
        "train",
        str(demo),
        "--trainer",
        trainer,
        "--model",
        "tiny",
        "-o",
        output,
        *printed,
    ]


PAIR = {"prompt": "Say yes.", "chosen": "Yes.", "rejected": "No."}
