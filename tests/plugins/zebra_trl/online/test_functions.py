"""Rewards as TRL calls them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from helpers.trained_models import trained

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_a_reward_model_sees_what_it_was_trained_on(zebra_cli: Project, demo: Path) -> None:
    """The score is that of the model on the conversation as its chat template renders it, one by one."""
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    from zebra_trl.online.functions import RewardModel
    from zebra_trl.online.named import NamedReward

    trained(zebra_cli, demo, "reward", max_steps=3, held_out=0)
    prompts = [[{"role": "user", "content": text}] for text in ("What is 1 + 1?", "Who?")]
    answers = [[{"role": "assistant", "content": text}] for text in ("It is two, as far as I know.", "I.")]
    model = AutoModelForSequenceClassification.from_pretrained("out").eval()
    tokenizer = AutoTokenizer.from_pretrained("out")
    expected = []
    for prompt, answer in zip(prompts, answers, strict=True):
        text = tokenizer.apply_chat_template(prompt + answer, tokenize=False)
        with torch.no_grad():
            expected.append(model(**tokenizer(text, return_tensors="pt", add_special_tokens=False)).logits.item())
    scores = RewardModel(NamedReward("out", 1.0, folder="out"), 1024)(prompts, answers)
    np.testing.assert_allclose(scores, expected, atol=1e-5)


def test_what_a_reward_gets(zebra_cli: Project, demo: Path) -> None:
    """A component gets messages, texts, the chosen response as a text, and the dataset's other columns as they are."""
    from transformers import AutoTokenizer

    import zebra_core as zebra
    from zebra_trl.online.functions import RewardFunction
    from zebra_trl.online.named import NamedReward
    from zebra_trl.online.prompts import prompts_of
    from zebra_trl.trainers import GRPO

    calls = []

    def note(prompts: object, completions: object, **columns: object) -> list[float]:
        calls.append((prompts, completions, columns))
        return [1.0]

    zebra_cli.run("tiny-model", "model")
    rows, held_out = prompts_of(GRPO(), str(demo), AutoTokenizer.from_pretrained("model"))
    assert held_out is not None
    assert (len(rows), len(held_out)) == (570, 30)
    bound = zebra.Component("reward", "note", "toy", lambda: note).bind()
    component = zebra.BoundComponent(bound.component, note)
    row = rows[0]
    answer = [{"role": "assistant", "content": "Yes."}]
    assert RewardFunction(NamedReward("note", 1.0, component))([row["prompt"]], [answer], [row["columns"]]) == [1.0]
    ((prompts, completions, columns),) = calls
    pairs = {pair["prompt"][-1]["content"]: pair for pair in zebra.Dataset.open(demo).load()}
    pair = pairs[row["prompt"][-1]["content"]]
    assert (prompts, completions) == ([pair["prompt"]], ["Yes."])
    assert columns["chosen"] == [pair["chosen"][-1]["content"]]
    assert columns["margin"] == [pair["margin"]]
    assert {"rejected", "confidence", "source", "chosen_model"} <= columns.keys()
    assert "prompt" not in columns
