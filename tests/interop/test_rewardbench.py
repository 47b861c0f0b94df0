"""RewardBench takes the options of the exported command, and renders both conversations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from interop import pairs
from interop.commands import words

pytest.importorskip("rewardbench", exc_type=ImportError)
pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def rows(exports: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The rows that RewardBench scores with the options of the exported command."""
    from rewardbench import load_and_process_dataset
    from rewardbench.rewardbench import Args
    from transformers import AutoTokenizer, HfArgumentParser

    monkeypatch.chdir(exports / "rewardbench")
    given = words(Path("rewardbench.sh"), "rewardbench")
    (args,) = HfArgumentParser((Args,)).parse_args_into_dataclasses(given)
    tokenizer = AutoTokenizer.from_pretrained(model)
    return list(load_and_process_dataset(args.dataset, split=args.split, json=args.load_json, tokenizer=tokenizer))


def folded(prompt: list[pairs.Message]) -> list[pairs.Message]:
    """Return a prompt with its system message in the first turn, as RewardBench has no place for one."""
    if prompt[0]["role"] != "system":
        return prompt
    return [{"role": "user", "content": f"{prompt[0]['content']}\n\n{prompt[1]['content']}"}, *prompt[2:]]


def test_texts(rows: list[dict[str, Any]]) -> None:
    """A reward model gets the conversations as its chat template renders them."""
    prompts = [folded(prompt) for prompt in pairs.PROMPTS]
    for side, responses in (("text_chosen", pairs.CHOSEN), ("text_rejected", pairs.REJECTED)):
        expected = [
            pairs.rendered([*prompt, *pairs.assistant(text)]) for prompt, text in zip(prompts, responses, strict=True)
        ]
        assert [row[side] for row in rows] == expected


def test_ids(rows: list[dict[str, Any]], model: Path) -> None:
    """Without a system message, the ids are TRL's."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(model)
    plain = [at for at, prompt in enumerate(pairs.PROMPTS) if prompt[0]["role"] != "system"]
    assert [tokenizer(rows[at]["text_chosen"])["input_ids"] for at in plain] == [pairs.CHOSEN_IDS[at] for at in plain]
