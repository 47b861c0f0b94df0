"""axolotl takes the exported configuration and reads the pairs; what its trainer gets differs from TRL's by the last line feed."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from interop import pairs

pytest.importorskip("axolotl", exc_type=ImportError)
pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def options(exports: Path, model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """The options that a test adds to the exported configuration."""
    monkeypatch.chdir(exports / "axolotl")
    folders = {"dataset_prepared_path": str(tmp_path / "prepared"), "output_dir": str(tmp_path)}
    return {"base_model": str(model), "dataset_num_proc": 1, "shuffle_merged_datasets": False, **folders}


def rows(options: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that axolotl prepares."""
    from axolotl.cli.config import load_cfg
    from axolotl.utils.data.rl import prepare_preference_datasets
    from transformers import AutoTokenizer

    config = load_cfg("axolotl.yaml", **options)
    assert (config.rl, config.rl_beta) == ("dpo", 0.1)
    prepared, _ = prepare_preference_datasets(config, AutoTokenizer.from_pretrained(config.base_model))
    return list(prepared)


def test_texts(options: dict[str, Any]) -> None:
    """The prompt is rendered with its system message and turns, and a response ends with the end of its turn."""
    prepared = rows(options)
    assert [row["prompt"] for row in prepared] == [pairs.rendered(prompt, generation=True) for prompt in pairs.PROMPTS]
    assert [row["chosen"] for row in prepared] == [text + pairs.END for text in pairs.CHOSEN]
    assert [row["rejected"] for row in prepared] == [text + pairs.END for text in pairs.REJECTED]


def test_ids(options: dict[str, Any], model: Path, tmp_path: Path) -> None:
    """axolotl's trainer gets TRL's ids without the line feed after the last turn, which axolotl strips."""
    from axolotl.core.trainers.dpo import AxolotlDPOTrainer
    from axolotl.core.trainers.dpo.args import AxolotlDPOConfig
    from datasets import Dataset
    from transformers import AutoConfig, AutoTokenizer, LlamaForCausalLM

    weights = LlamaForCausalLM(AutoConfig.from_pretrained(model))
    trainer = AxolotlDPOTrainer(
        model=weights,
        ref_model=deepcopy(weights),
        args=AxolotlDPOConfig(output_dir=str(tmp_path), use_cpu=True, bf16=False, report_to="none"),
        train_dataset=Dataset.from_list(rows(options)),
        processing_class=AutoTokenizer.from_pretrained(model),
    )
    for at, row in enumerate(trainer.train_dataset):
        assert row["prompt_ids"] == pairs.PROMPT_IDS[at]
        assert row["prompt_ids"] + row["chosen_ids"] == pairs.CHOSEN_IDS[at][:-1]
        assert row["prompt_ids"] + row["rejected_ids"] == pairs.REJECTED_IDS[at][:-1]
