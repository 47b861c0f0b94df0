"""Models that are sharded over processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import fsdp_on_cpu
from helpers.trained_models import metrics, settings

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs

CONFIG = """\
compute_environment: LOCAL_MACHINE
distributed_type: FSDP
use_cpu: true
num_machines: 1
num_processes: 2
fsdp_config:
  fsdp_version: 2
  fsdp_auto_wrap_policy: TRANSFORMER_BASED_WRAP
  fsdp_state_dict_type: SHARDED_STATE_DICT
"""
VALUES: dict[str, Any] = {"max_steps": 16, "save_steps": 4, "logging_steps": 1, "held_out": 0, "learning_rate": 1e-3}


def weights(folder: Path) -> dict[str, Any]:
    """Return the weights of a trained model, as `from_pretrained` reads them."""
    from transformers import AutoModelForCausalLM

    return dict(AutoModelForCausalLM.from_pretrained(folder).state_dict())


def test_sharded_killed_and_resumed_it_is_the_same_model(zebra_cli: Project, demo: Path) -> None:
    """Two processes of four rows with FSDP, killed after a checkpoint, give the weights of one process with eight, in one file.

    The weights move by 7e-3, and the sums of the two differ in their order alone: by 5e-7 on one machine.
    """
    import psutil

    zebra_cli.write("fsdp.yaml", CONFIG)
    train = ["train", str(demo), "--model", "tiny"]
    zebra_cli.run(*train, "-o", "one", *settings("dpo", **VALUES, per_device_train_batch_size=8))
    sharded = [*train, "-o", "two", "--launch", "accelerate:fsdp.yaml"]
    command = [sys.executable, "-m", "zebra_core", *sharded, *settings("dpo", **VALUES, per_device_train_batch_size=4)]
    shim = str(Path(fsdp_on_cpu.__path__[0]))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([shim, os.environ.get("PYTHONPATH", "")])}
    process = psutil.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    partial = zebra_cli.folder / "two.partial"
    while process.poll() is None and not (partial / "checkpoint-4/whole.json").exists():
        time.sleep(0.01)
    for each in (*process.children(recursive=True), process):
        each.kill()
    process.wait()
    checkpoint = partial / "checkpoint-4"
    assert sorted(path.name for path in checkpoint.glob("pytorch_model_fsdp_0/*.distcp")) == [
        "__0_0.distcp",
        "__1_0.distcp",
    ]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert "resuming from checkpoint-" in done.stdout + done.stderr
    one, two = (weights(zebra_cli.folder / name) for name in ("one", "two"))
    assert one.keys() == two.keys()
    for name, values in one.items():
        np.testing.assert_allclose(two[name], values, atol=2e-5)
    losses = [
        [entry["loss"] for entry in metrics(zebra_cli.folder / name) if "loss" in entry] for name in ("one", "two")
    ]
    np.testing.assert_allclose(*losses, rtol=1e-4)
    job = json.loads((zebra_cli.folder / "two/training.json").read_text())
    assert job["distributed"] == {"processes": 2, "sharding": "FSDP 2"}
    assert "| sharding | `FSDP 2` |" in (zebra_cli.folder / "two/README.md").read_text()


def test_sharding_that_does_not_happen_is_an_error(
    zebra_cli: Project, demo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an accelerator, accelerate ignores the request for FSDP; zebra does not."""
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    for name, value in {"ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2"}.items():
        monkeypatch.setenv(name, value)
    output = zebra_cli.run("train", str(demo), "--model", "tiny", "-o", "out", code=2).stderr
    assert "the file of --launch asks for FSDP 2" in output
    assert "use --launch torchrun:1" in output
    assert not (zebra_cli.folder / "out").exists()


@pytest.mark.parametrize(
    ("environment", "distribution"),
    [
        ({}, {}),
        ({"WORLD_SIZE": "4"}, {"processes": 4}),
        (
            {"WORLD_SIZE": "4", "ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2"},
            {"processes": 4, "sharding": "FSDP 2"},
        ),
        (
            {"WORLD_SIZE": "4", "ACCELERATE_USE_DEEPSPEED": "true", "ACCELERATE_DEEPSPEED_ZERO_STAGE": "3"},
            {"processes": 4, "sharding": "DeepSpeed ZeRO 3"},
        ),
    ],
)
def test_what_is_recorded(
    environment: dict[str, str], distribution: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variables of `accelerate launch` say how many processes train, and with what; the papers' rows per step stay 96."""
    from zebra_trl.config import rows_per_step
    from zebra_trl.trainers import DPO

    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert DPO().distribution() == distribution
    assert rows_per_step(DPO(effective_batch=96)) == 96
