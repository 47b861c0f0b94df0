"""The losses of pairs: the preference loss, with margin and confidence, and the SFT loss of those that are learned from alone."""

from __future__ import annotations

import torch
from torch.nn.functional import logsigmoid

CAP = 0.45
"""The largest share of wrong labels that `robust` assumes: at one half, its loss is unbounded."""


def preference_losses(
    logits: torch.Tensor, margin: torch.Tensor, confidence: torch.Tensor, shift: float, use: str
) -> torch.Tensor:
    """Return the loss of each pair, with h = beta x (log-ratio of chosen - log-ratio of rejected) in `logits`.

    The margin shifts it: h - shift x margin (DPO with an offset, Amini et al. 2024, Eq. 7; the offset is the shift times the
    superiority gap). With l(h) = -log sigmoid(h) and e = 1 - confidence, `weight` takes confidence x l(h), `smooth` the conservative
    (1 - e) x l(h) + e x l(-h), and `robust` the unbiased ((1 - e) x l(h) - e x l(-h)) / (1 - 2e) (Chowdhury et al. 2024, Eq. 12),
    e at most .45.
    """
    h = logits - shift * margin
    right, wrong = -logsigmoid(h), -logsigmoid(-h)
    if use == "weight":
        return confidence * right
    if use == "smooth":
        return confidence * right + (1 - confidence) * wrong
    if use == "robust":
        flipped = (1 - confidence).clamp(max=CAP)
        return ((1 - flipped) * right - flipped * wrong) / (1 - 2 * flipped)
    return right


def mixed_losses(
    losses: torch.Tensor, marked: torch.Tensor, likelihoods: torch.Tensor, tokens: torch.Tensor
) -> torch.Tensor:
    """Return the losses of pairs, those `marked` replaced by the SFT loss (MixDPO, arXiv 2602.00954).

    That is the negative mean log-likelihood per token over all marked chosen responses of the batch, as TRL's loss type `sft` has
    it, from the log-likelihood of each chosen response and its number of tokens (pairs each).
    """
    sft = -(likelihoods * marked).sum() / (tokens * marked).sum().clamp(min=1)
    return torch.where(marked, sft, losses)
