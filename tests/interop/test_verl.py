"""verl reads the files as prompts for reinforcement learning, and as conversations for supervised fine-tuning."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from interop import pairs
from interop.commands import words

pytest.importorskip("verl", exc_type=ImportError)
pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def config(exports: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The configuration of supervised fine-tuning with the options of the exported command."""
    from hydra import compose, initialize_config_module

    monkeypatch.chdir(exports / "verl")
    command = words(Path("verl.sh"), "torchrun")
    options = command[command.index("verl.trainer.sft_trainer") + 1 :]
    with initialize_config_module("verl.trainer.config", version_base=None):
        return compose("sft_trainer_engine", options)


def test_conversations(config: Any, model: Path) -> None:
    """Supervised fine-tuning gets TRL's ids of the chosen conversations."""
    from transformers import AutoTokenizer
    from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset

    tokenizer = AutoTokenizer.from_pretrained(model)
    rows = MultiTurnSFTDataset(config.data.train_files, tokenizer, config.data)
    assert [row["input_ids"].tolist() for row in rows] == pairs.CHOSEN_IDS


def test_prompts(exports: Path, config: Any, model: Path) -> None:
    """Reinforcement learning gets the prompts as messages, and the chosen response as a reference."""
    from omegaconf import OmegaConf
    from transformers import AutoTokenizer
    from verl.utils.dataset import RLHFDataset

    files = list(config.data.train_files)
    rows = RLHFDataset(files, AutoTokenizer.from_pretrained(model), OmegaConf.create({"max_prompt_length": 1024}))
    assert [row["raw_prompt"] for row in rows] == pairs.PROMPTS
    assert [row["reward_model"]["ground_truth"] for row in rows] == pairs.CHOSEN
