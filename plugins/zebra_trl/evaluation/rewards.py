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
    Places = NDArray[np.intp]

DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}


def log_likelihoods(model: PreTrainedModel, pairs: Sequence[Pair], limit: int, batch: int) -> NDArray[np.float64]:
    """Return the log-probability of each response given its prompt, both as ids, together cut at `limit` tokens.

    The sums over tokens have 64 bits.
    """
    sums = []
    for start in range(0, len(pairs), batch):
        chunk = pairs[start : start + batch]
        ids, mask = _padded([(prompt + answer)[:limit] for prompt, answer in chunk], 0, model.device)
        starts = torch.tensor([[len(prompt)] for prompt, _ in chunk], device=model.device)
        answer = mask * (torch.arange(ids.shape[1], device=model.device) >= starts)
        with torch.no_grad():
            logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1].float()
        logps = logits.log_softmax(-1).gather(-1, ids[:, 1:, None])[..., 0]
        sums.append((logps * answer[:, 1:]).cpu().double().sum(1).numpy())
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

    Responses are cut at `limit` tokens and scored `batch` at a time. Matrices are multiplied in `precision` (`bf16` or `fp16`), by
    default in that of the model's files.
    """

    model: str
    kind: str
    base: str
    limit: int
    batch: int
    precision: str = ""

    def precisely(self) -> torch.autocast:
        """Return a context in which models compute in the precision."""
        return torch.autocast(_device(), DTYPES.get(self.precision), enabled=self.precision in DTYPES)


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
    responses, chosen, rejected = _distinct(rows, scoring.limit)
    with scoring.precisely():
        values = _values(scoring, responses)
    return np.asarray(values[chosen] - values[rejected])


def _values(scoring: Scoring, responses: Sequence[Pair]) -> NDArray[np.float64]:
    """Return the score of each response. A model that is its own base is not run: its log-ratios are 0."""
    limit, batch = scoring.limit, scoring.batch
    if scoring.kind == "reward":
        model = AutoModelForSequenceClassification.from_pretrained(
            scoring.model, device_map=_device(), num_labels=1, trust_remote_code=False
        ).eval()
        return scores(model, responses, limit, batch)
    if scoring.kind == "base":
        if _is_same(scoring.model, scoring.base):
            return np.zeros(len(responses))
        of_policy, of_base = (
            log_likelihoods(_language_model(name), responses, limit, batch) for name in (scoring.model, scoring.base)
        )
        return of_policy - of_base
    lengths = [max(min(len(prompt + answer), limit) - len(prompt), 1) for prompt, answer in responses]
    sums = log_likelihoods(_language_model(scoring.model), responses, limit, batch)
    return sums / (lengths if scoring.kind == "mean" else 1)


def pair_accuracy(
    policy: PreTrainedModel, reference: PreTrainedModel | None, rows: Dataset, limit: int, batch: int
) -> float:
    """Return the share of pairs whose chosen response has the higher implicit reward, ties as half (DPO, Eq. 5, without beta).

    If `reference` is None, it is the policy with its adapter disabled.
    """
    responses, chosen, rejected = _distinct(rows, limit)
    of_policy = log_likelihoods(policy.eval(), responses, limit, batch)
    with policy.disable_adapter() if reference is None else nullcontext():
        of_base = log_likelihoods(policy if reference is None else reference, responses, limit, batch)
    ratios = of_policy - of_base
    return float(np.mean((ratios[chosen] > ratios[rejected]) + 0.5 * (ratios[chosen] == ratios[rejected])))


def _distinct(rows: Dataset, limit: int) -> tuple[list[Pair], Places, Places]:
    """Return each prompt with a response once, long ones first, and where those of each row's chosen and rejected are.

    A response is in many pairs if all pairs of the responses to a prompt are measured: k of them are in k (k - 1) / 2 pairs.
    """
    sides = [list(zip(rows["prompt_ids"], rows[name], strict=True)) for name in ("chosen_ids", "rejected_ids")]
    keys = [[(tuple(prompt), tuple(answer[: limit - len(prompt)])) for prompt, answer in side] for side in sides]
    distinct = sorted(dict.fromkeys(keys[0] + keys[1]), key=lambda key: -len(key[0] + key[1]))
    places = {key: place for place, key in enumerate(distinct)}
    chosen, rejected = (np.array([places[key] for key in side], dtype=np.intp) for side in keys)
    return [(list(prompt), list(answer)) for prompt, answer in distinct], chosen, rejected


def _is_same(model: str, base: str) -> bool:
    """Return whether two names are those of one model."""
    folders = Path(model), Path(base)
    return model == base or (all(folder.is_dir() for folder in folders) and folders[0].samefile(folders[1]))


def _device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"
