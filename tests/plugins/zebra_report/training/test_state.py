"""A training as its folder shows it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.trainings import lock, logged, training

from zebra_report.training.state import read_training
from zebra_report.training.watch import follow


def dead_process() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_finished(tmp_path: Path) -> None:
    """A model's folder is that of a finished training, with its steps."""
    state = read_training(training(tmp_path / "out", rows=570, steps=31, seconds=5.0, metrics={"accuracy": 1.0}))
    assert state is not None
    assert (state.status, state.step, state.total) == ("finished", 31, 31)


def test_nothing(tmp_path: Path) -> None:
    """A folder without a training, and one that does not exist, have none."""
    assert read_training(tmp_path) is None
    assert read_training(tmp_path / "absent") is None


@pytest.mark.parametrize("name", ["out", "out.partial"])
def test_unfinished(tmp_path: Path, name: str) -> None:
    """One that has not finished is in the folder beside: it runs if a live process has the lock, else it was interrupted."""
    folder = training(tmp_path / "out.partial")
    (folder / "checkpoint-20").mkdir()
    (folder / "checkpoint-5").mkdir()
    state = read_training(tmp_path / name)
    assert state is not None
    assert (state.status, state.step, state.total, state.checkpoint) == ("interrupted", 30, 40, "checkpoint-20")
    lock(tmp_path / "out")
    assert read_training(tmp_path / name).status == "running"  # type: ignore[union-attr]
    lock(tmp_path / "out", dead_process())
    assert read_training(tmp_path / name).status == "interrupted"  # type: ignore[union-attr]


def test_a_training_that_replaces_another(tmp_path: Path) -> None:
    """While it runs it is shown; if it was interrupted, the finished one is, unless its own folder is named."""
    training(tmp_path / "out", steps=7)
    training(tmp_path / "out.partial")
    assert read_training(tmp_path / "out").status == "finished"  # type: ignore[union-attr]
    assert read_training(tmp_path / "out.partial").status == "interrupted"  # type: ignore[union-attr]
    lock(tmp_path / "out")
    assert read_training(tmp_path / "out").status == "running"  # type: ignore[union-attr]


def test_total_from_epochs(tmp_path: Path) -> None:
    """Without a number of steps it follows from the epochs: 30 steps took .417 of three epochs, so 216 steps are all."""
    import json

    folder = training(tmp_path / "out.partial")
    job = json.loads((folder / "training.json").read_text())
    job["options"]["others"] = {}
    (folder / "training.json").write_text(json.dumps(job))
    assert read_training(tmp_path / "out").total == 216  # type: ignore[union-attr]


def test_followed_until_it_ends(tmp_path: Path) -> None:
    """A training is shown at once, again when its log has grown, and a last time once it has finished."""
    entries = logged()
    folder = training(tmp_path / "out.partial", entries[:3])
    path = lock(tmp_path / "out")
    states = follow(read_training(tmp_path / "out"), every=0.01)  # type: ignore[arg-type]
    assert next(states).step == entries[2]["step"]
    with (folder / "metrics.jsonl").open("a") as log:
        log.write(json_line(entries[5]))
    assert next(states).step == entries[5]["step"]
    folder.rename(tmp_path / "out")
    path.unlink()
    assert next(states).status == "finished"
    assert next(states, None) is None


def json_line(entry: object) -> str:
    import json

    return json.dumps(entry) + "\n"
