"""What a training against rewards needs beyond others: prompts, rewards, the watch, and what is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from zebra_core.training.metrics import HELD_OUT
from zebra_trl.artifacts.progress import log
from zebra_trl.online.check import check_saves
from zebra_trl.online.functions import RewardFunction, functions_of
from zebra_trl.online.prompts import eval_batch, prompts_of
from zebra_trl.online.stop import LENGTH, read_bounds
from zebra_trl.online.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase, Trainer

    from zebra_trl.online.named import NamedReward
    from zebra_trl.online.settings import OnlineSettings

TRIED = 64
"""The number of rows on which the rewards are tried before the model is loaded."""


@attrs.define(eq=False)
class Online:
    """A training against rewards, from its prompts to what is measured; the watch is there once the prompts are."""

    settings: OnlineSettings
    rewards: Sequence[NamedReward]
    watch: Watch = attrs.field(init=False)

    def rows(self, dataset: str, tokenizer: PreTrainedTokenizerBase) -> tuple[Dataset, Dataset | None]:
        """Return the prompts to train on and those held out. Raise ZebraError if none can be used."""
        rows, held_out = prompts_of(self.settings, dataset, tokenizer)
        names = [reward.name for reward in self.rewards]
        count = 0 if held_out is None else len(held_out)
        self.watch = Watch(read_bounds(self.settings.stop_if, names), names, count)
        return rows, held_out

    def values(self, held_out: Dataset | None) -> dict[str, Any]:
        """Return fields of TRL's config that follow from the settings."""
        regular = held_out is not None and bool(self.settings.eval_steps)
        return {
            "remove_unused_columns": False,
            "per_device_eval_batch_size": eval_batch(self.settings),
            "eval_steps": self.settings.eval_steps or None,
            "eval_strategy": "steps" if regular else "no",
            "reward_weights": [reward.weight for reward in self.rewards],
        }

    def prepare(self, config: Any, checkpoint: Path | None) -> None:
        """Measure the model before the first step too. Raise ZebraError if a checkpoint could not be resumed."""
        check_saves(self.settings, config)
        config.eval_on_start = config.eval_strategy == "steps" and checkpoint is None

    def arguments(self, rows: Dataset) -> dict[str, Any]:
        """Return the arguments of TRL's trainer that are about rewards, once these were tried on some rows."""
        functions = functions_of(self.rewards, self.settings.max_length)
        sample = rows.select(range(min(TRIED, len(rows))))
        columns = {"columns": list(sample["columns"])} if "columns" in sample.column_names else {}
        for function in functions:
            if isinstance(function, RewardFunction):
                values = function(list(sample["prompt"]), [""] * len(sample), **columns)
                if all(value is None for value in values):
                    log(f"the reward {function.__name__} applies to none of the first {len(sample):,} prompts")
        return {"reward_funcs": functions}

    def measure(self, trainer: Trainer, held_out: Dataset | None) -> dict[str, float]:
        """Return reward and length of the responses to held-out prompts, and the step at which a bound was crossed."""
        stopped: dict[str, float] = {} if self.watch.stopped is None else {"stopped_at_step": self.watch.stopped}
        if held_out is None:
            return stopped
        logged = {name.removeprefix(HELD_OUT): value for name, value in _measured(trainer).items()}
        single = {f"reward {each.name}": logged.get(f"rewards/{each.name}/mean") for each in self.rewards}
        metrics = {"prompts": len(held_out), "reward": logged.get("reward"), "length": logged[LENGTH]}
        metrics |= single if len(single) > 1 else {}
        reward = "not given" if metrics["reward"] is None else f"{metrics['reward']:.3f}"
        log(f"held-out reward {reward} on {len(held_out):,} prompts; responses have {metrics['length']:.0f} tokens")
        return {**{name: value for name, value in metrics.items() if value is not None}, **stopped}


def _measured(trainer: Trainer) -> dict[str, Any]:
    """Return what was measured on held-out prompts after the last step; it is measured now unless it has been."""
    state = trainer.state
    entries = [entry for entry in state.log_history if f"{HELD_OUT}{LENGTH}" in entry]
    last = entries[-1] if entries and entries[-1]["step"] == state.global_step else None
    return last or dict(trainer.evaluate())
