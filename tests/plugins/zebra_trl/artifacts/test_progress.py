"""The log of a training."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from helpers.trained_models import metrics, settings

from zebra_core.testing import Project
from zebra_core.training.metrics import resumed_steps
from zebra_report.training.page import training_page
from zebra_report.training.state import read_training


@pytest.mark.train
def test_resumptions_are_logged(zebra_cli: Project, demo: Path) -> None:
    """A training that is resumed after step 2 says so in its log, which has each step once, and on its page."""
    options = settings("dpo", max_steps=4, save_steps=2, logging_steps=1, keep_checkpoints=True)
    command = ("train", str(demo), "--trainer", "dpo", "--model", "tiny", "-o", "out", *options)
    zebra_cli.run(*command)
    folder, partial = zebra_cli.folder / "out", zebra_cli.folder / "out.partial"
    assert resumed_steps(metrics(folder)) == []
    folder.rename(partial)
    shutil.rmtree(partial / "checkpoint-4")
    assert "resuming the interrupted training" in zebra_cli.run(*command).stdout
    entries = metrics(folder)
    assert resumed_steps(entries) == [2]
    assert [entry["step"] for entry in entries if "loss" in entry] == [1, 2, 3, 4]
    state = read_training(folder)
    assert state is not None
    page = training_page(state)
    assert "resumed: after step 2" in page.parts["curves"].text
    assert "rule" in {layer["mark"]["type"] for layer in page.parts["curves"].charts[0]["layer"]}  # type: ignore[union-attr]
