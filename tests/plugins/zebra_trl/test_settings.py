"""Presets."""

from __future__ import annotations

import os

import pytest

import zebra_core as zebra

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_presets() -> None:
    """The papers' 6 per device and 4 accumulated on 4 GPUs are 96 rows per step, for any number of devices."""
    from zebra_trl.config import accumulation
    from zebra_trl.trainers import DPO

    component = zebra.load_plugins().find("trainer", "dpo")
    paper = component.bind({"preset": "zebra-paper"}).instance
    with pytest.MonkeyPatch.context() as patch:
        for processes, accumulated in (("1", 16), ("4", 4), ("2", 8)):
            patch.setenv("WORLD_SIZE", processes)
            assert accumulation(paper) == accumulated
        patch.setenv("WORLD_SIZE", "5")
        with pytest.raises(zebra.ZebraError, match="an effective batch of 96 is not a multiple of 30"):
            accumulation(paper)
    assert (paper.learning_rate, paper.warmup_steps, paper.num_train_epochs) == (5e-5, 500, 1)
    delta = component.bind({"preset": "delta", "beta": 2.5}).instance
    assert (delta.loss_type, delta.beta) == (("sigmoid_norm",), 2.5)
    assert component.bind({"preset": "delta"}, {"beta": 9.0}).instance == DPO(
        preset="delta", loss_type=("sigmoid_norm",), beta=5.0
    )
    assert os.environ["OMP_NUM_THREADS"] == "1"
