"""The trainers as components: settings that can be called. TRL is imported only to train."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

import attrs

import zebra_core as zebra
from zebra_trl.libraries import require_train
from zebra_trl.online.named import read_rewards, with_model
from zebra_trl.online.settings import GRPOSettings, OnlineSettings, RLOOSettings
from zebra_trl.settings import (
    CPOSettings,
    DistillSettings,
    DPOSettings,
    KTOSettings,
    ORPOSettings,
    RewardSettings,
    Settings,
    SimPOSettings,
)

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from zebra_core.recipe.resolve import Resolver


@attrs.frozen(kw_only=True)
class TRLTrainer(Settings):
    """The base of the trainers: their settings, and the members that they share."""

    def __call__(self, dataset: str, model: str, output: Path) -> zebra.TrainingResult:
        """Train the model. Return its metrics."""
        from zebra_trl.run import train  # noqa: PLC0415

        return train(self, dataset, model, output)

    def steps(self, pairs: int) -> int:
        """Return the number of steps of a training on this many pairs, if none of them is dropped."""
        from zebra_trl.config import planned_steps  # noqa: PLC0415

        return planned_steps(self, pairs)

    def distribution(self) -> dict[str, object]:
        """Return the number of processes, and how the model is sharded, if it is; empty for one process with all of it."""
        from zebra_trl.config import processes  # noqa: PLC0415
        from zebra_trl.sharding import sharding  # noqa: PLC0415

        shards = {"sharding": sharding()} if sharding() else {}
        return {"processes": processes(), **shards} if processes() > 1 or shards else {}

    def margins(self, dataset: str, model: str, base: str) -> NDArray[np.float64]:
        """Return the implicit reward margin of each pair of a dataset (rows), in its order; NaN where a pair has no room."""
        from zebra_trl.evaluation.measure import implicit_margins  # noqa: PLC0415

        return implicit_margins(self, dataset, model, base)

    def finished(self, output: Path) -> None:
        """Remove the checkpoints, unless they are to be kept, and upload the model if requested."""
        if not self.keep_checkpoints:
            from zebra_trl.artifacts.checkpoints import remove  # noqa: PLC0415

            remove(sorted(output.glob("checkpoint-*")))
        if self.push_to_hub:
            from zebra_trl.run import upload  # noqa: PLC0415

            upload(self.push_to_hub, output)

    def check_successor(self, trainer: str) -> None:
        """Raise ZebraError if another trainer cannot start from what this one gives, as it is an adapter."""
        from zebra_trl.models.lora import Lora  # noqa: PLC0415

        lora = Lora.from_text(self.lora)
        if lora and not lora.merge:
            msg = (
                f"{self.name} trains an adapter, and {trainer} starts from a complete model; "
                f"merge it: --set {self.name}.lora={self.lora},merge=true"
            )
            raise zebra.ZebraError(msg)

    def check(self, model: str) -> None:
        """Raise ZebraError if the extra `train` or the model is missing, or an option is unknown."""
        require_train()
        from zebra_trl.config import check_options  # noqa: PLC0415

        zebra.check_model(model)
        check_options(self)


@attrs.frozen(kw_only=True)
class SFT(TRLTrainer):
    """Learn from the chosen responses; the loss is on the response alone. Takes any field of trl.SFTConfig."""

    kind: ClassVar[str] = "SFT"


@attrs.frozen(kw_only=True)
class DPO(TRLTrainer, DPOSettings):
    """Direct preference optimisation, with margin and confidence of the pairs if asked. Takes any field of trl.DPOConfig."""


@attrs.frozen(kw_only=True)
class KTO(TRLTrainer, KTOSettings):
    """Kahneman-Tversky optimisation: chosen and rejected responses separately. Takes any field of trl.KTOConfig."""


@attrs.frozen(kw_only=True)
class Reward(TRLTrainer, RewardSettings):
    """A reward model, with the pairs' margin if asked. Takes any field of trl.RewardConfig."""

    gives_reward_model: ClassVar[bool] = True


@attrs.frozen(kw_only=True)
class ORPO(TRLTrainer, ORPOSettings):
    """Odds ratio preference optimisation, without a reference model. Takes any field of ORPOConfig."""


@attrs.frozen(kw_only=True)
class CPO(TRLTrainer, CPOSettings):
    """Contrastive preference optimisation, without a reference model. Takes any field of CPOConfig."""


@attrs.frozen(kw_only=True)
class SimPO(TRLTrainer, SimPOSettings):
    """SimPO: the mean log-probability is the reward, with a target margin. Takes any field of CPOConfig."""


@attrs.frozen(kw_only=True)
class Distill(TRLTrainer, DistillSettings):
    """Learn from a teacher: from its responses in the pool, or, of a model's folder, the probability that it gives each token.

    Takes any field of trl.SFTConfig, or of trl.DistillationConfig.
    """

    def check(self, model: str) -> None:
        """Raise ZebraError as other trainers do, and if the teacher is a folder without a model, or with another vocabulary."""
        TRLTrainer.check(self, model)
        if self.kind == "Distillation":
            from zebra_trl.models.teacher import check_teacher  # noqa: PLC0415

            check_teacher(self.teacher, model)


@attrs.frozen(kw_only=True)
class OnlineTrainer(TRLTrainer, OnlineSettings):
    """The base of the trainers against rewards."""

    def use(self, resolver: Resolver) -> None:
        """Find the rewards that are named. Raise ZebraError for one that does not exist."""
        self.rewards[:] = read_rewards(self.reward, resolver)

    @property
    def reward_models(self) -> list[str]:
        """The folders of the reward models among the rewards."""
        return [reward.folder for reward in self.rewards if reward.folder]

    def with_reward_model(self, name: str, folder: str) -> Self:
        """Return the trainer with one more reward, the model in a folder. Raise ZebraError if `--reward` names it too."""
        trainer = attrs.evolve(self, reward=(*self.reward, folder))
        trainer.rewards[:] = with_model(self.rewards, name, folder)
        return trainer

    def check(self, model: str) -> None:
        """Raise ZebraError also if no reward is named, one is no reward model, or the settings do not fit each other."""
        super().check(model)
        from zebra_trl.online.check import check_online  # noqa: PLC0415

        check_online(self, self.rewards)


@attrs.frozen(kw_only=True)
class GRPO(OnlineTrainer, GRPOSettings):
    """Group relative policy optimisation against rewards: responses are compared with others to their prompt. Takes any field of trl.GRPOConfig."""


@attrs.frozen(kw_only=True)
class RLOO(OnlineTrainer, RLOOSettings):
    """REINFORCE against rewards, with the other responses to a prompt as the baseline. Takes any field of trl.RLOOConfig."""
