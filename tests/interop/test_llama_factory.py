"""LLaMA-Factory takes the exported configuration, reads the pairs, and tokenises them as TRL does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from interop import pairs

pytest.importorskip("llamafactory", exc_type=ImportError)
pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def arguments(exports: Path, model: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """The options of the exported configuration, with a model, on a processor."""
    monkeypatch.chdir(exports / "llama-factory")
    options: dict[str, Any] = yaml.safe_load(Path("llama-factory.yaml").read_text(encoding="utf-8"))
    return {**options, "model_name_or_path": str(model), "output_dir": str(tmp_path), "use_cpu": True}


def rows(arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows that LLaMA-Factory trains on."""
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.hparams import get_train_args
    from transformers import AutoTokenizer

    model, data, training, finetuning, _ = get_train_args(arguments)
    assert (finetuning.stage, finetuning.pref_beta, finetuning.pref_loss) == ("dpo", 0.1, "sigmoid")
    tokenizer = AutoTokenizer.from_pretrained(model.model_name_or_path)
    template = get_template_and_fix_tokenizer(tokenizer, data)
    module = get_dataset(template, model, data, training, stage="rm", tokenizer=tokenizer)
    return list(module["train_dataset"])


@pytest.mark.parametrize("template", ["chatml", None], ids=["its own ChatML", "the tokenizer's"])
def test_ids(arguments: dict[str, Any], template: str | None) -> None:
    """Prompts of several turns and system messages give TRL's ids, and the loss begins where the response does."""
    prepared = rows({**arguments, "template": template})
    assert [row["chosen_input_ids"] for row in prepared] == pairs.CHOSEN_IDS
    assert [row["rejected_input_ids"] for row in prepared] == pairs.REJECTED_IDS
    assert [row["chosen_labels"].count(-100) for row in prepared] == list(map(len, pairs.PROMPT_IDS))
    assert [row["rejected_labels"].count(-100) for row in prepared] == list(map(len, pairs.PROMPT_IDS))
