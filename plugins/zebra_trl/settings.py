"""The settings of the trainers, by default those of the papers; any other field of TRL's config can be set too."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Literal, Self

import attrs

import zebra_core as zebra

PAPER = {"effective_batch": 96, "held_out": 0.0}
"""Appendix A of both papers: 6 rows per device, 4 accumulated, on 4 GPUs; the other settings are the defaults."""


@attrs.frozen(kw_only=True)
class Settings:
    """The options of all trainers; those that TRL's config also has are passed on by name."""

    preset: str = zebra.option(
        "", "Settings that belong together: zebra-paper, karma-paper, delta.", flag="--preset", metavar="NAME"
    )
    num_train_epochs: float = zebra.option(1.0, "Number of passes over the data.")
    per_device_train_batch_size: int = zebra.option(6, "Rows per device and forward pass.")
    gradient_accumulation_steps: int = zebra.option(4, "Forward passes per optimiser step.")
    effective_batch: int = zebra.option(
        0, "Rows per optimiser step over all devices; sets gradient_accumulation_steps, 0 leaves it as it is."
    )
    learning_rate: float = zebra.option(5e-5, "Peak learning rate.")
    warmup_steps: int = zebra.option(
        500, "Steps over which the learning rate rises; lowered if the training is shorter."
    )
    max_length: int = zebra.option(1024, "Maximum number of tokens of prompt and response together.")
    precision: Literal["auto", "bf16", "fp16", "fp32"] = zebra.option(
        "auto", "Number format; auto is bf16 if the device has it, fp16 on older GPUs, fp32 on a CPU."
    )
    gradient_checkpointing: bool = zebra.option(
        default=False, help="Recompute activations in the backward pass, to save memory."
    )
    lora: str = zebra.option(
        "", "Train adapters: r, alpha, dropout, target, bits, merge.", flag="--lora", metavar="r=16[,...]"
    )
    curriculum: Literal["", "easy-to-hard", "hard-to-easy"] = zebra.option(
        "", "Order the pairs in stages, by margin or another column.", flag="--curriculum"
    )
    curriculum_by: str = zebra.option(
        "margin", "Numeric column that says how easy a pair is: a high value is easy, of `similarity` a low one."
    )
    stages: int = zebra.option(3, "Number of stages of the curriculum.", validator=attrs.validators.ge(1))
    held_out: float = zebra.option(
        0.05,
        "Share of the prompts held out for evaluation, at most 500 prompts; the split `test` of a dataset with splits instead. 0 is none.",
        validator=[attrs.validators.ge(0), attrs.validators.lt(1)],
    )
    chat_template: str = zebra.option("", "Jinja file with the chat template, if the tokenizer has none.")
    save_steps: int = zebra.option(500, "Steps between checkpoints.")
    logging_steps: int = zebra.option(10, "Steps between entries of metrics.jsonl.")
    keep_checkpoints: bool = zebra.option(default=False, help="Keep the checkpoints once the model is finished.")
    seed: int = zebra.option(42, "Seed of the order of the data and of dropout.")
    report_to: tuple[str, ...] = zebra.option(
        (), "trackio, wandb or tensorboard. Repeatable.", flag="--report-to", metavar="NAME"
    )
    push_to_hub: str = zebra.option(
        "", "Upload the trained model under this name.", flag="--push-to-hub", metavar="NAME", final=True
    )
    telemetry: bool = zebra.option(default=False, help="Let the Hugging Face libraries report their use.")
    others: dict[str, Any] = zebra.option(factory=dict, catch_all=True)

    kind: ClassVar[str] = ""
    presets: ClassVar[dict[str, dict[str, Any]]] = {"zebra-paper": PAPER, "karma-paper": PAPER}
    fixed: ClassVar[dict[str, Any]] = {}

    @property
    def name(self) -> str:
        """The trainer's name."""
        return type(self).__name__.lower()

    @property
    def sequences_per_row(self) -> int:
        """The number of sequences to learn from that a row becomes."""
        return 1

    @property
    def of_held_out(self) -> Self:
        """The settings of the loss on held-out rows."""
        return self


@attrs.frozen(kw_only=True)
class DPOSettings(Settings):
    """The settings of DPO."""

    beta: float = zebra.option(0.1, "Strength of the pull towards the reference model.")
    loss_type: tuple[str, ...] = zebra.option(("sigmoid",), "Loss functions of trl.DPOConfig.")
    precompute_ref_log_probs: bool = zebra.option(
        default=False, help="Compute the reference's log-probabilities before training, to free its memory."
    )
    margin_shift: float = zebra.option(0.0, "How strongly a pair's margin shifts the loss (DPO with an offset).")
    confidence: Literal["off", "weight", "smooth", "robust"] = zebra.option(
        "off", "How a pair's confidence enters the loss: as a weight, or as the probability of a wrong label."
    )
    sft_where: str = zebra.option(
        "",
        "Column of truth values: a pair where it is true is learned from by its chosen response alone (SFT loss), the others by the "
        "preference loss (MixDPO, arXiv 2602.00954).",
    )

    kind: ClassVar[str] = "DPO"
    presets: ClassVar[dict[str, dict[str, Any]]] = {
        **Settings.presets,
        "delta": {"loss_type": ["sigmoid_norm"], "beta": 5.0},
    }

    @property
    def of_held_out(self) -> Self:
        """The same settings, with the preference loss for every pair: it is comparable, whatever pairs are marked."""
        return attrs.evolve(self, sft_where="")


@attrs.frozen(kw_only=True)
class KTOSettings(Settings):
    """The settings of KTO."""

    beta: float = zebra.option(0.1, "Strength of the pull towards the reference model.")

    kind: ClassVar[str] = "KTO"


@attrs.frozen(kw_only=True)
class RewardSettings(Settings):
    """The settings of reward models."""

    margin: bool = zebra.option(default=False, help="Separate the rewards of a pair by at least its margin.")

    kind: ClassVar[str] = "Reward"


@attrs.frozen(kw_only=True)
class ORPOSettings(Settings):
    """The settings of ORPO."""

    beta: float = zebra.option(0.1, "Weight of the preference term.")

    kind: ClassVar[str] = "ORPO"


@attrs.frozen(kw_only=True)
class CPOSettings(Settings):
    """The settings of CPO."""

    beta: float = zebra.option(0.1, "Weight of the preference term.")

    kind: ClassVar[str] = "CPO"


@attrs.frozen(kw_only=True)
class SimPOSettings(Settings):
    """The settings of SimPO."""

    beta: float = zebra.option(2.0, "Scale of the reward.")
    simpo_gamma: float = zebra.option(0.5, "Target margin between the rewards.")

    kind: ClassVar[str] = "CPO"
    fixed: ClassVar[dict[str, Any]] = {"loss_type": "simpo", "cpo_alpha": 0.0}


@attrs.frozen(kw_only=True)
class DistillSettings(Settings):
    """The settings of distillation: SFT on the responses of a model of the pool, or TRL's distillation from a model's folder."""

    teacher: str = zebra.option(
        "",
        "A model of the dataset's pool, whose responses are learned; the best one by default. Or the folder of a model, whose probabilities are.",
        flag="--teacher",
        metavar="NAME|DIR",
    )
    max_completion_length: int = zebra.option(
        512, "Most tokens of an answer of the student, on which the model of a folder teaches it."
    )

    @property
    def kind(self) -> str:  # type: ignore[override]  # it depends on the teacher
        """TRL's trainer: `Distillation` if the teacher is the folder of a model, else `SFT`."""
        folder = self.teacher.startswith((".", "/", "~")) or (Path(self.teacher) / "config.json").is_file()
        return "Distillation" if folder else "SFT"
