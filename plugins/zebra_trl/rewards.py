"""Implicit rewards: how much more likely a model makes a response than its reference does."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

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


def pair_accuracy(policy: Any, reference: Any, rows: Dataset, most: int, batch: int) -> float:
    """Return the share of pairs whose chosen response has the higher implicit reward, ties as half (DPO, Eq. 5, without beta).

    `reference` None is the policy with its adapter switched off.
    """
    policy.eval()
    sides = []
    for name in ("chosen_ids", "rejected_ids"):
        pairs = list(zip(rows["prompt_ids"], rows[name], strict=True))
        of_policy = log_likelihoods(policy, pairs, most, batch)
        with policy.disable_adapter() if reference is None else nullcontext():
            of_reference = log_likelihoods(policy if reference is None else reference, pairs, most, batch)
        sides.append(of_policy - of_reference)
    chosen, rejected = sides
    return float(np.mean((chosen > rejected) + 0.5 * (chosen == rejected)))
