"""Folders of trainings, as a trainer leaves them: the job, the log of a real DPO training of thirty steps, and a result."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import zebra_core as zebra
from zebra_core.records import write_record

LOG = Path(__file__).with_name("dpo_metrics.jsonl")
JOB = zebra.TrainingJob(
    zebra="0.1.0",
    trainer="dpo",
    plugin="trl zebra-preference 0.1.0",
    options={"learning_rate": 0.002, "num_train_epochs": 3.0, "loss_type": ["sigmoid"], "others": {"max_steps": 40}},
    dataset={"location": "pairs"},
    model={"location": "models/tiny"},
)


def logged() -> list[dict[str, Any]]:
    """Return the entries of the log."""
    return [json.loads(line) for line in LOG.read_text(encoding="utf-8").splitlines()]


def training(folder: Path, entries: Iterable[dict[str, Any]] | None = None, **result: Any) -> Path:
    """Write a training's folder with these entries, by default the real log; a finished one if `result` is given."""
    folder.mkdir(parents=True)
    write_record(JOB, folder / "training.json")
    lines = logged() if entries is None else entries
    (folder / "metrics.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in lines), encoding="utf-8")
    if result:
        zebra.TrainingResult(**result).write(folder)
    return folder


def lock(output: Path, process: int | None = None) -> Path:
    """Write the lock file of a process, by default this one."""
    path = output.with_name(f"{output.name}.lock")
    holder = {"pid": process or os.getpid(), "since": "", "host": socket.gethostname()}
    path.write_text(json.dumps(holder), encoding="utf-8")
    return path
