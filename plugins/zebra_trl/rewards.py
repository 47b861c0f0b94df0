"""Implicit rewards: how much more likely a model makes a response than its reference does."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification

if TYPE_CHECKING:
    from collections.abc import Sequence

    from datasets import Dataset


def log_likelihoods(
    model: Any, pairs: Sequence[tuple[list[int], list[int]]], most: int, batch: int
) -> np.ndarray[Any, Any]:
    """Return the log-probability of each response given its prompt, both as ids, cut at `most` tokens together."""
    found = []
    for start in range(0, len(pairs), batch):
        some = [((prompt + answer)[:most], len(prompt)) for prompt, answer in pairs[start : start + batch]]
        width = max(len(ids) for ids, _ in some)
        ids = torch.tensor([ids + [0] * (width - len(ids)) for ids, _ in some], device=model.device)
        real = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids, _ in some], device=model.device)
        answer = real * (
            torch.arange(width, device=model.device) >= torch.tensor([[n] for _, n in some], device=model.device)
        )
        with torch.no_grad():
            logits = model(input_ids=ids, attention_mask=real).logits[:, :-1].float()
        logps = logits.log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
        found.append((logps * answer[:, 1:]).sum(1).cpu().numpy())
    return np.concatenate(found)


def scores(model: Any, pairs: Sequence[tuple[list[int], list[int]]], most: int, batch: int) -> np.ndarray[Any, Any]:
    """Return a reward model's score of each prompt and response together, as ids, cut at `most` tokens."""
    found = []
    for start in range(0, len(pairs), batch):
        some = [(prompt + answer)[:most] for prompt, answer in pairs[start : start + batch]]
        width = max(map(len, some))
        ids = torch.tensor(
            [ids + [model.config.pad_token_id or 0] * (width - len(ids)) for ids in some], device=model.device
        )
        real = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids in some], device=model.device)
        with torch.no_grad():
            found.append(model(input_ids=ids, attention_mask=real).logits[:, 0].float().cpu().numpy())
    return np.concatenate(found)


@attrs.frozen
class Scored:
    """How responses are scored: by which model, as what (`reward`, `base`, `none` or `mean`), against what, at what length and how many at once."""

    model: str
    kind: str
    base: str
    most: int
    batch: int


def is_reward(model: str) -> bool:
    """Whether a model, or an adapter, is a reward model."""
    adapter = Path(model) / "adapter_config.json"
    if adapter.is_file():
        return bool(json.loads(adapter.read_text(encoding="utf-8")).get("task_type") == "SEQ_CLS")
    return "SequenceClassification" in "".join(AutoConfig.from_pretrained(model).architectures or [])


def margins(how: Scored, rows: Dataset) -> np.ndarray[Any, Any]:
    """Return how far the score of each chosen response is above that of the rejected one, in nats or in the reward's unit."""
    if how.kind == "reward":
        model = AutoModelForSequenceClassification.from_pretrained(how.model, device_map=_device(), num_labels=1).eval()
        return np.asarray(np.subtract(*(scores(model, pairs, how.most, how.batch) for pairs in _sides(rows))))
    model = AutoModelForCausalLM.from_pretrained(how.model, device_map=_device()).eval()
    if how.kind == "base":
        reference = AutoModelForCausalLM.from_pretrained(how.base, device_map=_device()).eval()
        return _implicit(model, reference, rows, how.most, how.batch)
    found = []
    for pairs in _sides(rows):
        lengths = [max(min(len(prompt + answer), how.most) - len(prompt), 1) for prompt, answer in pairs]
        found.append(log_likelihoods(model, pairs, how.most, how.batch) / (lengths if how.kind == "mean" else 1))
    return np.asarray(found[0] - found[1])


def pair_accuracy(policy: Any, reference: Any, rows: Dataset, most: int, batch: int) -> float:
    """Return the share of pairs whose chosen response has the higher implicit reward, ties as half (DPO, Eq. 5, without beta).

    `reference` None is the policy with its adapter switched off.
    """
    found = _implicit(policy.eval(), reference, rows, most, batch)
    return float(np.mean((found > 0) + 0.5 * (found == 0)))


def _implicit(policy: Any, reference: Any, rows: Dataset, most: int, batch: int) -> np.ndarray[Any, Any]:
    sides = []
    for pairs in _sides(rows):
        of_policy = log_likelihoods(policy, pairs, most, batch)
        with policy.disable_adapter() if reference is None else nullcontext():
            sides.append(of_policy - log_likelihoods(policy if reference is None else reference, pairs, most, batch))
    return np.asarray(sides[0] - sides[1])


def _sides(rows: Dataset) -> list[list[tuple[list[int], list[int]]]]:
    return [list(zip(rows["prompt_ids"], rows[name], strict=True)) for name in ("chosen_ids", "rejected_ids")]


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"
