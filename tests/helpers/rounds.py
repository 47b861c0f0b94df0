"""Rounds on a few questions of the demo, with a measurement that takes no time, and kills at a stage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from helpers.trained_models import settings

import zebra_demo
from zebra_core.testing import Project

PLUGIN = '''
import os, signal, threading, time
from pathlib import Path

import zebra_core as zebra

FAMILIES = ("arithmetic", "conversion", "sorting", "counting", "formatting", "lookup")


@zebra.hookimpl
def zebra_evaluators():
    return {"halves": Halves}


class Halves:
    """About a half of each family is right."""

    def __call__(self, model, output):
        scores = {name: 0.5 + number / 100 for number, name in enumerate(FAMILIES)}
        return zebra.ScoreTable.from_rows([(model, scores)], [zebra.Benchmark(name) for name in FAMILIES])


def end(event):
    """End the process by SIGKILL at the event that a file names, once."""
    path = os.environ.get("ZEBRA_TEST_KILL", "")
    if path and os.path.exists(path) and event == open(path).read():
        os.remove(path)
        os.kill(os.getpid(), signal.SIGKILL)


def end_at_a_checkpoint():
    """End the process in the midst of a training."""
    while not [*Path().glob("*/*/model.partial/checkpoint-2")]:
        time.sleep(0.005)
    end("training running")


@zebra.hookimpl
def zebra_stage_started(stage):
    end(f"{stage} started")
    if stage == "training":
        threading.Thread(target=end_at_a_checkpoint, daemon=True).start()


@zebra.hookimpl
def zebra_stage_done(stage, result):
    end(f"{stage} done")
'''
SHORT = {"max_steps": 4, "save_steps": 2, "logging_steps": 2, "held_out": 0, "per_device_train_batch_size": 4}


def arguments(folder: Path, schedule: str, output: str, *more: str) -> list[str]:
    """Write a pool of 24 questions and the plugin to a folder, and return the words of `zebra rounds`."""
    rows = (Path(zebra_demo.__file__).parent / "pool.jsonl").read_text(encoding="utf-8").splitlines()
    (folder / "pool.jsonl").write_text("\n".join(rows[::25]) + "\n", encoding="utf-8")
    (folder / "halves.py").write_text(PLUGIN, encoding="utf-8")
    (folder / "recipe.toml").write_text('[evaluation]\nevaluators = ["halves"]\n', encoding="utf-8")
    words = [
        "rounds",
        "recipe.toml",
        "--pool",
        "pool.jsonl",
        "--scores",
        "demo",
        "--threshold",
        "-1",
        "--plugin",
        "halves.py",
    ]
    words += ["--trainer", "dpo", "--model", "tiny", "--schedule", schedule, "-o", output, "--no-report"]
    return [*words, *settings("dpo", **SHORT), *more]


def run(cli: Project, words: list[str], kill_at: str = "") -> subprocess.CompletedProcess[str]:
    """Run `zebra` in a process of its own, which is killed at an event such as `training done` if one is given."""
    path = cli.folder / "kill"
    path.write_text(kill_at, encoding="utf-8")
    environment = {**os.environ, "ZEBRA_TEST_KILL": str(path) if kill_at else ""}
    command = [sys.executable, "-m", "zebra_core", *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def weights(folder: Path, rounds: int = 3) -> list[bytes]:
    """Return the weights of the model of each round."""
    return [(folder / f"round-{number}/model/model.safetensors").read_bytes() for number in range(1, rounds + 1)]


def results(folder: Path) -> list[dict[str, object]]:
    """Return what each round gave, without its duration."""
    rounds = json.loads((folder / "rounds.json").read_text(encoding="utf-8"))["rounds"]
    return [{name: value for name, value in each.items() if name != "seconds"} for each in rounds]
