"""Rewards of responses: those of a reward model, and the implicit ones of a policy and its reference."""

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
    from numpy.typing import NDArray
    from transformers import PreTrainedModel

    Pair = tuple[list[int], list[int]]


def log_likelihoods(model: PreTrainedModel, pairs: Sequence[Pair], limit: int, batch: int) -> NDArray[np.float64]:
    """Return the log-probability of each response given its prompt, both as ids, together cut at `limit` tokens."""
    sums = []
    for start in range(0, len(pairs), batch):
        chunk = pairs[start : start + batch]
        ids, mask = _padded([(prompt + answer)[:limit] for prompt, answer in chunk], 0, model.device)
        starts = torch.tensor([[len(prompt)] for prompt, _ in chunk], device=model.device)
        answer = mask * (torch.arange(ids.shape[1], device=model.device) >= starts)
        with torch.no_grad():
            logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
        logps = logits.log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
        sums.append((logps * answer[:, 1:]).sum(1).cpu().numpy())
    return np.concatenate(sums)


def scores(model: PreTrainedModel, pairs: Sequence[Pair], limit: int, batch: int) -> NDArray[np.float64]:
    """Return a reward model's score of each prompt with its response, as ids, cut at `limit` tokens."""
    logits = []
    for start in range(0, len(pairs), batch):
        sequences = [(prompt + answer)[:limit] for prompt, answer in pairs[start : start + batch]]
        ids, mask = _padded(sequences, model.config.pad_token_id or 0, model.device)
        with torch.no_grad():
            logits.append(model(input_ids=ids, attention_mask=mask).logits[:, 0].float().cpu().numpy())
    return np.concatenate(logits)


def _padded(sequences: Sequence[list[int]], pad: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids padded on the right, and the mask of those that are not padding (rows x tokens each)."""
    width = max(map(len, sequences))
    ids = [sequence + [pad] * (width - len(sequence)) for sequence in sequences]
    mask = [[1] * len(sequence) + [0] * (width - len(sequence)) for sequence in sequences]
    return torch.tensor(ids, device=device), torch.tensor(mask, device=device)


@attrs.frozen
class Scoring:
    """How responses are scored: by which model, as which kind (`reward`, `base`, `none` or `mean`), against which base.

    Responses are cut at `limit` tokens and scored `batch` at a time.
    """

    model: str
    kind: str
    base: str
    limit: int
    batch: int


def is_reward(model: str) -> bool:
    """Return whether a model, or an adapter, is a reward model."""
    adapter = Path(model) / "adapter_config.json"
    if adapter.is_file():
        return bool(json.loads(adapter.read_text(encoding="utf-8")).get("task_type") == "SEQ_CLS")
    return "SequenceClassification" in "".join(
        AutoConfig.from_pretrained(model, trust_remote_code=False).architectures or []
    )


def _language_model(name: str) -> Any:
    """Return a model on the device, without its dropout; code of its repository is not run."""
    return AutoModelForCausalLM.from_pretrained(name, device_map=_device(), trust_remote_code=False).eval()


def margins(scoring: Scoring, rows: Dataset) -> NDArray[np.float64]:
    """Return by how much the score of each chosen response exceeds that of the rejected one, in nats or the reward's unit."""
    limit, batch = scoring.limit, scoring.batch
    if scoring.kind == "reward":
        model = AutoModelForSequenceClassification.from_pretrained(
            scoring.model, device_map=_device(), num_labels=1, trust_remote_code=False
        ).eval()
        return np.asarray(np.subtract(*(scores(model, pairs, limit, batch) for pairs in _sides(rows))))
    model = _language_model(scoring.model)
    if scoring.kind == "base":
        reference = _language_model(scoring.base)
        return _implicit_margins(model, reference, rows, limit, batch)
    sides = []
    for pairs in _sides(rows):
        lengths = [max(min(len(prompt + answer), limit) - len(prompt), 1) for prompt, answer in pairs]
        sides.append(log_likelihoods(model, pairs, limit, batch) / (lengths if scoring.kind == "mean" else 1))
    return np.asarray(sides[0] - sides[1])


def pair_accuracy(
    policy: PreTrainedModel, reference: PreTrainedModel | None, rows: Dataset, limit: int, batch: int
) -> float:
    """Return the share of pairs whose chosen response has the higher implicit reward, ties as half (DPO, Eq. 5, without beta).

    If `reference` is None, it is the policy with its adapter disabled.
    """
    differences = _implicit_margins(policy.eval(), reference, rows, limit, batch)
    return float(np.mean((differences > 0) + 0.5 * (differences == 0)))


def _implicit_margins(
    policy: PreTrainedModel, reference: PreTrainedModel | None, rows: Dataset, limit: int, batch: int
) -> NDArray[np.float64]:
    """Return the margins of the implicit rewards, without beta; `reference` as in `pair_accuracy`."""
    sides = []
    for pairs in _sides(rows):
        of_policy = log_likelihoods(policy, pairs, limit, batch)
        with policy.disable_adapter() if reference is None else nullcontext():
            sides.append(of_policy - log_likelihoods(policy if reference is None else reference, pairs, limit, batch))
    return np.asarray(sides[0] - sides[1])


def _sides(rows: Dataset) -> list[list[Pair]]:
    """Return the prompts with their chosen, and with their rejected responses."""
    return [list(zip(rows["prompt_ids"], rows[name], strict=True)) for name in ("chosen_ids", "rejected_ids")]


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"
