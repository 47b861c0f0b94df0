"""The trainers as components: what can be set, with the papers' settings as defaults. Anything else of TRL's config can be set too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import attrs

import zebra_core as zebra
from zebra_trl.extra import needs_extra

if TYPE_CHECKING:
    from pathlib import Path

PAPER = {"effective_batch": 96, "held_out": 0.0}
"""Appendix A of both papers: 6 a device, 4 accumulated, on 4 GPUs; the other settings are the defaults."""


@attrs.frozen(kw_only=True)
class Settings:
    """What all trainers can be told; fields that TRL's config has too go there by name."""

    preset: str = ""
    num_train_epochs: float = 1.0
    per_device_train_batch_size: int = 6
    gradient_accumulation_steps: int = 4
    effective_batch: int = 0
    learning_rate: float = 5e-5
    warmup_steps: int = 500
    max_length: int = 1024
    precision: Literal["auto", "bf16", "fp16", "fp32"] = "auto"
    gradient_checkpointing: bool = False
    lora: str = ""
    curriculum: Literal["", "easy-to-hard", "hard-to-easy"] = ""
    curriculum_by: Literal["margin", "similarity"] = "margin"
    stages: int = attrs.field(default=3, validator=attrs.validators.ge(1))
    held_out: float = attrs.field(default=0.05, validator=[attrs.validators.ge(0), attrs.validators.lt(1)])
    chat_template: str = ""
    save_steps: int = 500
    logging_steps: int = 10
    keep_checkpoints: bool = False
    seed: int = 42
    report_to: tuple[str, ...] = ()
    push_to_hub: str = ""
    telemetry: bool = False
    others: dict[str, Any] = attrs.field(factory=dict, metadata={"rest": True})

    kind: ClassVar[str] = ""
    presets: ClassVar[dict[str, dict[str, Any]]] = {"zebra-paper": PAPER, "karma-paper": PAPER}
    fixed: ClassVar[dict[str, Any]] = {}

    @property
    def name(self) -> str:
        """What the trainer is called."""
        return type(self).__name__.lower()

    def __call__(self, dataset: str, model: str, output: Path) -> None:
        """Train."""
        from zebra_trl.work import train  # noqa: PLC0415

        train(self, dataset, model, output)

    def steps(self, pairs: int) -> int:
        """Return how many steps a training on so many pairs takes, where none of them is too long."""
        from zebra_trl.config import planned_steps  # noqa: PLC0415

        return planned_steps(self, pairs)

    def finished(self, output: Path) -> None:
        """Remove checkpoints, unless they are to be kept, now that the model is in its place; upload it, if asked."""
        if not self.keep_checkpoints:
            from zebra_trl.checkpoints import remove  # noqa: PLC0415

            remove(sorted(output.glob("checkpoint-*")))
        if self.push_to_hub:
            from zebra_trl.work import upload  # noqa: PLC0415

            upload(self.push_to_hub, output)

    def check(self, model: str) -> None:
        """Raise ZebraError where the extra is not installed, an option is unknown, or the model is not there."""
        needs_extra()
        from zebra_trl.config import check_options  # noqa: PLC0415

        zebra.check_model(model)
        check_options(self)


@attrs.frozen(kw_only=True)
class SFT(Settings):
    """Learn from the chosen responses; the loss is on the response alone. Takes any field of trl.SFTConfig."""

    kind: ClassVar[str] = "SFT"


@attrs.frozen(kw_only=True)
class DPO(Settings):
    """Direct preference optimisation, with margin and confidence of the pairs if asked. Takes any field of trl.DPOConfig."""

    beta: float = 0.1
    loss_type: tuple[str, ...] = ("sigmoid",)
    precompute_ref_log_probs: bool = False
    margin_shift: float = 0.0
    confidence: Literal["off", "weight", "smooth", "robust"] = "off"

    kind: ClassVar[str] = "DPO"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        **Settings.presets,
        "delta": {"loss_type": ["sigmoid_norm"], "beta": 5.0},
    }


@attrs.frozen(kw_only=True)
class KTO(Settings):
    """Kahneman-Tversky optimisation: chosen and rejected responses by themselves. Takes any field of trl.KTOConfig."""

    beta: float = 0.1

    kind: ClassVar[str] = "KTO"


@attrs.frozen(kw_only=True)
class Reward(Settings):
    """A reward model, with the pairs' margin if asked. Takes any field of trl.RewardConfig."""

    margin: bool = False

    kind: ClassVar[str] = "Reward"


@attrs.frozen(kw_only=True)
class ORPO(Settings):
    """Odds ratio preference optimisation, without a reference model. Takes any field of ORPOConfig."""

    beta: float = 0.1

    kind: ClassVar[str] = "ORPO"


@attrs.frozen(kw_only=True)
class CPO(Settings):
    """Contrastive preference optimisation, without a reference model. Takes any field of CPOConfig."""

    beta: float = 0.1

    kind: ClassVar[str] = "CPO"


@attrs.frozen(kw_only=True)
class SimPO(Settings):
    """SimPO: the mean log-probability is the reward, with a target margin. Takes any field of CPOConfig."""

    beta: float = 2.0
    simpo_gamma: float = 0.5

    kind: ClassVar[str] = "CPO"
    fixed: ClassVar[dict[str, Any]] = {"loss_type": "simpo", "cpo_alpha": 0.0}
