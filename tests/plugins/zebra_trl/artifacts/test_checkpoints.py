"""Checkpoints, and resuming from them."""

from __future__ import annotations

import hashlib
import random
import subprocess
import time
from pathlib import Path

import pytest
from helpers.power_loss import files, recorded, restore
from helpers.trained_models import command, metrics

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def weights(folder: Path) -> str:
    """Return the hash of the weights."""
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


@pytest.mark.parametrize("trainer", ["dpo", "sft"])
def test_killed_at_random_it_ends_the_same(zebra_cli: Project, demo: Path, trainer: str) -> None:
    """Three kills, each after another checkpoint; weights and metrics are those of an undisturbed training."""
    subprocess.run(command(zebra_cli, demo, trainer, "whole"), check=True, capture_output=True)
    draw, kills = random.Random(trainer), 0
    partial = zebra_cli.folder / "killed.partial"
    for step in (4, 12, 20):
        process = subprocess.Popen(
            command(zebra_cli, demo, trainer, "killed"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        while process.poll() is None and not (partial / f"checkpoint-{step}").exists():
            time.sleep(0.01)
        time.sleep(draw.random() * 0.15)
        kills += process.poll() is None
        process.kill()
        process.communicate()
    done = subprocess.run(
        command(zebra_cli, demo, trainer, "killed"),
        check=not (zebra_cli.folder / "killed").exists(),
        capture_output=True,
    )
    assert kills >= 2, done.stdout
    assert not partial.exists()
    assert weights(zebra_cli.folder / "whole") == weights(zebra_cli.folder / "killed")
    steps = [
        [entry["step"] for entry in metrics(zebra_cli.folder / name) if "loss" in entry] for name in ("whole", "killed")
    ]
    assert steps[0] == steps[1] == [1, 4, 8, 12, 16, 20, 24]


def test_a_damaged_checkpoint_is_ignored(zebra_cli: Project, demo: Path) -> None:
    """If the newest checkpoint is truncated or lacks a file, the one before is resumed; the weights are the same."""
    from zebra_trl.artifacts.checkpoints import newest_whole

    subprocess.run(
        [*command(zebra_cli, demo, "dpo", "kept"), "--set", "dpo.keep_checkpoints=true"],
        check=True,
        capture_output=True,
    )
    kept = zebra_cli.folder / "kept"
    result, damaged = newest_whole(kept)
    assert (result, damaged) == (kept / "checkpoint-24", [])
    (kept / "checkpoint-24/optimizer.pt").write_bytes((kept / "checkpoint-24/optimizer.pt").read_bytes()[:-1])
    (kept / "checkpoint-20/trainer_state.json").unlink()
    (kept / "checkpoint-16/model.safetensors").open("r+b").write(b"x")
    (kept / "checkpoint-12/whole.json").unlink()
    result, damaged = newest_whole(kept)
    assert result == kept / "checkpoint-8"
    assert [path.name for path in damaged] == [f"checkpoint-{step}" for step in (24, 20, 16, 12)]
    final = weights(kept)
    kept.rename(zebra_cli.folder / "again.partial")
    again = [*command(zebra_cli, demo, "dpo", "again"), "--set", "dpo.keep_checkpoints=true", "--resume"]
    done = subprocess.run(again, check=True, capture_output=True, text=True)
    assert "checkpoint-24 is incomplete, so it is ignored" in done.stderr
    assert "resuming from checkpoint-8" in done.stderr
    assert weights(zebra_cli.folder / "again") == final


def test_the_last_step_is_not_taken_twice(zebra_cli: Project, demo: Path) -> None:
    """If `max_steps` ends a training within an epoch, one that was killed after its last step has no step more than it."""
    options = ["--set", "dpo.keep_checkpoints=true", "--set", "dpo.max_steps=6"]
    subprocess.run([*command(zebra_cli, demo, "dpo", "whole"), *options], check=True, capture_output=True)
    whole = zebra_cli.folder / "whole"
    assert (whole / "checkpoint-6").is_dir()
    final = weights(whole)
    whole.rename(zebra_cli.folder / "killed.partial")
    again = [*command(zebra_cli, demo, "dpo", "killed"), *options]
    done = subprocess.run(again, check=True, capture_output=True, text=True)
    assert "resuming from checkpoint-4" in done.stderr
    assert weights(zebra_cli.folder / "killed") == final


def test_another_training_is_not_resumed(zebra_cli: Project, demo: Path) -> None:
    """Checkpoints of other settings are never deleted without asking; the message has the differences."""
    arguments = command(zebra_cli, demo, "dpo", "out")[3:]
    subprocess.run(
        [*command(zebra_cli, demo, "dpo", "x"), "--set", "dpo.keep_checkpoints=true"], check=True, capture_output=True
    )
    (zebra_cli.folder / "x").rename(zebra_cli.folder / "out.partial")
    output = zebra_cli.run(*arguments, "--set", "dpo.keep_checkpoints=true", "--set", "dpo.beta=0.3", code=2).stderr
    assert output == (
        "Error: out.partial holds checkpoints of another training (options.beta was 0.1 and is 0.3); add --no-resume to start over, "
        "or choose another folder\n"
    )
    assert (zebra_cli.folder / "out.partial/checkpoint-24").is_dir()
    zebra_cli.run(*arguments, "--set", "dpo.beta=0.3", "--no-resume")
    assert (
        "there is no interrupted training to resume"
        in zebra_cli.run(*arguments[:-2], "-o", "y", "--resume", code=2).stderr
    )


def test_a_loss_of_power_while_a_checkpoint_is_sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest complete checkpoint is the one before or the new one, with all its bytes, and at the end the new one."""
    from zebra_trl.artifacts.checkpoints import newest_whole, seal

    for step in (4, 8):
        (tmp_path / f"checkpoint-{step}").mkdir()
    for name in ("model.safetensors", "optimizer.pt"):
        (tmp_path / "checkpoint-4" / name).write_bytes(random.Random(name).randbytes(5_000))
    seal(tmp_path / "checkpoint-4")
    with recorded(tmp_path, monkeypatch) as disk:
        for name in ("model.safetensors", "optimizer.pt"):
            (tmp_path / "checkpoint-8" / name).write_bytes(random.Random(name).randbytes(6_000))
        seal(tmp_path / "checkpoint-8")
    expected = {folder.name: files(folder) for folder in tmp_path.iterdir()}
    newest = []
    for state in disk.states:
        restore(state, tmp_path)
        checkpoint, _ = newest_whole(tmp_path)
        assert checkpoint is not None
        assert files(checkpoint) == expected[checkpoint.name]
        newest.append(checkpoint.name)
    assert (newest[0], newest[-1]) == ("checkpoint-4", "checkpoint-8")
