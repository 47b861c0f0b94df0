"""DPO with a loss for each pair: its margin shifts it, its confidence weights or smooths it, a mark makes it the SFT loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import torch
from trl import DPOTrainer
from trl.trainer.dpo_trainer import DataCollatorForPreference

import zebra_core as zebra
from zebra_trl.pair_losses import mixed_losses, preference_losses

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerBase
    from transformers.modeling_outputs import CausalLMOutput
    from trl import DPOConfig

    Batch = dict[str, torch.Tensor]

MARK = "by_sft"
"""The column of the pairs that are learned from by their chosen response alone."""
USED = ("margin", "confidence", MARK)


class Collator(DataCollatorForPreference):
    """Adds the margin, the confidence and the mark of each pair to a batch of ids."""

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
    """A DPO trainer whose loss uses margin, confidence and mark; the reference's log-probabilities are computed in advance."""

    losses: ClassVar[tuple[str, ...]] = ("sigmoid", "sigmoid_norm")

    def __init__(
        self, *, args: DPOConfig, processing_class: PreTrainedTokenizerBase, shift: float, use: str, **others: object
    ) -> None:
        self.shift, self.use = shift, use
        if len(args.loss_type) != 1 or args.loss_type[0] not in self.losses or args.ld_alpha is not None:
            msg = (
                "margin_shift, confidence and sft_where need loss_type sigmoid or sigmoid_norm, and no ld_alpha; "
                f"got {'+'.join(args.loss_type)}"
            )
            raise zebra.ZebraError(msg)
        collator = Collator(processing_class.pad_token_id, args.max_length, args.truncation_mode)
        super().__init__(args=args, processing_class=processing_class, data_collator=collator, **others)

    def _set_signature_columns_if_needed(self) -> None:
        super()._set_signature_columns_if_needed()
        self._signature_columns += [name for name in USED if name not in self._signature_columns]

    def compute_ref_log_probs(self, model: PreTrainedModel, inputs: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """Compute the reference's log-probabilities, which do not depend on the signals."""
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
        margin, confidence = (signals.get(name, ones).to(chosen) for name in ("margin", "confidence"))
        losses = preference_losses(self.beta * (chosen - rejected), margin, confidence, self.shift, self.use)
        if MARK in signals:
            likelihoods, tokens = (values.chunk(2)[0] for values in (logps, mask[:, 1:].sum(dim=1)))
            losses = mixed_losses(losses, signals[MARK].bool(), likelihoods, tokens)
        loss = losses.mean()
        return loss + self.router_aux_loss_coef * outputs.aux_loss if self.aux_loss_enabled else loss
