"""The settings of the trainers that let the policy answer prompts: rewards, generation, and when to stop."""

from __future__ import annotations

from typing import ClassVar

import attrs

import zebra_core as zebra
from zebra_trl.online.named import NamedReward  # noqa: TC001  # the type of a field
from zebra_trl.settings import Settings

POSITIVE = attrs.validators.ge(1)
COUNT = attrs.validators.ge(0)


@attrs.frozen(kw_only=True)
class OnlineSettings(Settings):
    """The settings of GRPO and RLOO; a row of `per_device_train_batch_size` is a response."""

    reward: tuple[str, ...] = zebra.option(
        (),
        "What responses are worth: a reward, or the folder of a reward model, with a weight. Repeatable.",
        flag="--reward",
        metavar="NAME|DIR[=WEIGHT]",
    )
    stop_if: tuple[str, ...] = zebra.option(
        (),
        "End the training, and save the model, once a logged metric crosses a bound, such as 'completion length > 400'. Repeatable.",
        flag="--stop-if",
        metavar="'METRIC > NUMBER'",
    )
    learning_rate: float = zebra.option(1e-6, "Peak learning rate.")
    num_generations: int = zebra.option(
        8, "Responses to each prompt, which are compared with each other.", validator=attrs.validators.ge(2)
    )
    max_completion_length: int = zebra.option(
        256, "Maximum number of tokens of a response; max_length counts the prompt too.", validator=POSITIVE
    )
    temperature: float = zebra.option(1.0, "Temperature of the sampling.", validator=attrs.validators.gt(0))
    num_iterations: int = zebra.option(1, "How many times a batch of responses is learned from.", validator=POSITIVE)
    eval_steps: int = zebra.option(
        100, "Steps between measurements on held-out prompts; 0 measures at the end only.", validator=COUNT
    )
    eval_prompts: int = zebra.option(64, "Maximum number of held-out prompts.", validator=POSITIVE)
    rewards: list[NamedReward] = attrs.field(factory=list, init=False, eq=False, repr=False)

    @property
    def sequences_per_row(self) -> int:
        """The number of sequences that a prompt becomes."""
        return self.num_generations * self.num_iterations


@attrs.frozen(kw_only=True)
class GRPOSettings(OnlineSettings):
    """The settings of GRPO."""

    beta: float = zebra.option(0.04, "Weight of the KL divergence from the original model; 0 measures none.")

    kind: ClassVar[str] = "GRPO"


@attrs.frozen(kw_only=True)
class RLOOSettings(OnlineSettings):
    """The settings of RLOO."""

    beta: float = zebra.option(0.05, "Weight of the KL divergence from the original model; 0 measures none.")

    kind: ClassVar[str] = "RLOO"
