"""DPO weighted by each pair's margin, which shifts the loss, and confidence, which weights or smooths it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import torch
from torch.nn.functional import logsigmoid
from trl import DPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference

import zebra_core as zebra

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerBase
    from transformers.modeling_outputs import CausalLMOutput
    from trl import DPOConfig

    Batch = dict[str, torch.Tensor]

CAP = 0.45
"""The largest share of wrong labels that `robust` assumes: at one half, its loss is unbounded."""
USED = ("margin", "confidence")


def signal_loss(
    logits: torch.Tensor, margin: torch.Tensor, confidence: torch.Tensor, shift: float, use: str
) -> torch.Tensor:
    """Return the mean loss over pairs, with h = beta x (log-ratio of chosen - log-ratio of rejected) in `logits`.

    The margin shifts it: h - shift x margin (DPO with an offset, Amini et al. 2024, Eq. 7; the offset is the shift times the
    superiority gap). With l(h) = -log sigmoid(h) and e = 1 - confidence, `weight` takes confidence x l(h), `smooth` the conservative
    (1 - e) x l(h) + e x l(-h), and `robust` the unbiased ((1 - e) x l(h) - e x l(-h)) / (1 - 2e) (Chowdhury et al. 2024, Eq. 12),
    e at most .45.
    """
    h = logits - shift * margin
    right, wrong = -logsigmoid(h), -logsigmoid(-h)
    if use == "weight":
        return (confidence * right).mean()
    if use == "smooth":
        return (confidence * right + (1 - confidence) * wrong).mean()
    if use == "robust":
        flipped = (1 - confidence).clamp(max=CAP)
        return (((1 - flipped) * right - flipped * wrong) / (1 - 2 * flipped)).mean()
    return right.mean()


class Collator(DataCollatorForPreference):
    """Adds the margin and confidence of each pair to a batch of ids."""

    def torch_call(self, examples: list[dict[str, Any]]) -> Batch:
        """Return a batch."""
        batch: Batch = super().torch_call(examples)
        for name in USED:
            if name in examples[0]:
                batch[name] = torch.tensor([example[name] for example in examples], dtype=torch.float)
        return batch


class TokenisedDPO(DPOTrainer):
    """A DPO trainer for tokenised rows."""

    def _prepare_dataset(self, dataset: Dataset, *_: object) -> Dataset:
        return dataset


class WeightedDPO(TokenisedDPO):
    """A DPO trainer whose loss uses margin and confidence; the reference's log-probabilities are computed in advance."""

    losses: ClassVar[tuple[str, ...]] = ("sigmoid", "sigmoid_norm")

    def __init__(
        self, *, args: DPOConfig, processing_class: PreTrainedTokenizerBase, shift: float, use: str, **others: object
    ) -> None:
        self.shift, self.use = shift, use
        if len(args.loss_type) != 1 or args.loss_type[0] not in self.losses or args.ld_alpha is not None:
            msg = (
                "margin_shift and confidence need loss_type sigmoid or sigmoid_norm, and no ld_alpha; "
                f"got {'+'.join(args.loss_type)}"
            )
            raise zebra.ZebraError(msg)
        collator = Collator(processing_class.pad_token_id, args.max_length, args.truncation_mode)
        super().__init__(args=args, processing_class=processing_class, data_collator=collator, **others)

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()
        self._signature_columns += [name for name in USED if name not in self._signature_columns]

    def compute_ref_log_probs(self, model: PreTrainedModel, inputs: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Compute the reference's log-probabilities, which do not depend on margin and confidence."""
        inputs = {name: values for name, values in inputs.items() if name not in USED}
        logps: tuple[torch.Tensor, torch.Tensor] = super().compute_ref_log_probs(model, inputs)
        return logps

    def _compute_loss(
        self,
        model: PreTrainedModel,
        inputs: Batch,
        return_outputs: bool,  # noqa: FBT001
    ) -> torch.Tensor | tuple[torch.Tensor, CausalLMOutput]:
        batch = dict(inputs)
        outputs: list[CausalLMOutput] = []

        def recording(**arguments: object) -> CausalLMOutput:
            outputs.append(model(**arguments))
            return outputs[-1]

        signals = {name: batch.pop(name) for name in USED if name in batch}
        result = super()._compute_loss(recording, batch, return_outputs)
        loss = self._loss(outputs[0], batch, signals)
        return (loss, result[1]) if return_outputs else loss

    def _loss(self, outputs: CausalLMOutput, batch: Batch, signals: Batch) -> torch.Tensor:
        """Return the loss of a batch, whose first half is the chosen responses, from the policy's outputs."""
        mask = batch["completion_mask"]
        logps = outputs.log_probs[:, -(mask.size(1) - 1) :].sum(dim=1)
        ratios = logps - torch.cat([batch["ref_chosen_logps"], batch["ref_rejected_logps"]])
        if self.loss_types[0] == "sigmoid_norm":
            ratios = ratios / mask.sum(dim=1).clamp(min=1.0)
        chosen, rejected = ratios.chunk(2)
        ones = torch.ones_like(chosen)
        margin, confidence = (signals.get(name, ones).to(chosen) for name in USED)
        loss = signal_loss(self.beta * (chosen - rejected), margin, confidence, self.shift, self.use)
        return loss + self.router_aux_loss_coef * outputs.aux_loss if self.aux_loss_enabled else loss
