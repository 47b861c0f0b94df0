"""torchtune builds the dataset from the exported configuration, and tokenises it as TRL does; the loss differs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from interop import pairs

pytest.importorskip("torchtune", exc_type=ImportError)
pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def dataset(exports: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """The dataset of the exported configuration, with torchtune's tokenizer of Qwen 2.5 and our vocabulary."""
    from omegaconf import OmegaConf
    from torchtune import config
    from torchtune.models.qwen2_5._tokenizer import Qwen2_5Tokenizer

    backend = json.loads((exports / "model/tokenizer.json").read_text(encoding="utf-8"))
    (tmp_path / "vocab.json").write_text(json.dumps(backend["model"]["vocab"]), encoding="utf-8")
    (tmp_path / "merges.txt").write_text("\n".join(backend["model"]["merges"]), encoding="utf-8")
    special = {token: at for at, token in enumerate(pairs.SPECIAL)} | {"<tool_call>": 1000, "</tool_call>": 1001}
    tokenizer = Qwen2_5Tokenizer(str(tmp_path / "vocab.json"), str(tmp_path / "merges.txt"), special_tokens=special)
    monkeypatch.chdir(exports / "torchtune")
    return config.instantiate(OmegaConf.load("torchtune.yaml").dataset, tokenizer)


def test_ids(dataset: Any) -> None:
    """The ids are TRL's without the line feed after the last turn, which torchtune's tokenizer does not write."""
    assert [row["chosen_input_ids"] for row in dataset] == [ids[:-1] for ids in pairs.CHOSEN_IDS]
    assert [row["rejected_input_ids"] for row in dataset] == [ids[:-1] for ids in pairs.REJECTED_IDS]


def test_loss(dataset: Any) -> None:
    """Unlike TRL, torchtune has every turn of the assistant in the loss, and its headers."""
    for at, row in enumerate(dataset):
        turns = [*pairs.PROMPTS[at], *pairs.assistant(pairs.CHOSEN[at])]
        ids = [(turn["role"], token) for turn in turns for token in pairs.ids(pairs.rendered([turn]))][:-1]
        labels = [token if role == "assistant" else -100 for role, token in ids]
        assert [int(label) for label in row["chosen_labels"]] == labels
