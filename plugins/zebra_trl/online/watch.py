"""Watching a training against rewards: when to stop, and whether responses grow while they get worse."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from zebra_trl.artifacts.progress import log
from zebra_trl.online.stop import LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from transformers import TrainerControl, TrainerState, TrainingArguments

    from zebra_trl.online.stop import Bound

    Entry = Mapping[str, Any]

GROWTH = 1.2
"""How many times as long responses have become if they are said to grow."""
HELD_OUT_LENGTH = f"eval_{LENGTH}"


class Watch(TrainerCallback):
    """Ends the training once a bound is crossed, and warns, once, of responses that grow while a held-out reward falls."""

    def __init__(self, bounds: Sequence[Bound], rewards: Sequence[str], prompts: int) -> None:
        self.bounds, self.prompts = bounds, prompts
        self.rewards = {"reward": "eval_reward", **{f"reward {name}": f"eval_rewards/{name}/mean" for name in rewards}}
        self.stopped: int | None = None
        self.warned = False

    def on_log(
        self, _: TrainingArguments, state: TrainerState, control: TrainerControl, logs: Entry, **__: object
    ) -> None:
        """End the training if a bound is crossed."""
        for bound in self.bounds:
            if self.stopped is None and bound.is_crossed(logs):
                self.stopped = state.global_step
                log(
                    f"stopped after step {state.global_step:,}: {bound.called} is {logs[bound.metric]:g} (--stop-if '{bound}')"
                )
        if self.stopped is not None:
            control.should_training_stop = True

    def on_evaluate(self, _: TrainingArguments, state: TrainerState, control: TrainerControl, **__: object) -> None:
        """Warn if responses grow while a reward falls."""
        if self.stopped is not None:
            control.should_training_stop = True
        entries = [entry for entry in state.log_history if HELD_OUT_LENGTH in entry]
        for called, name in self.rewards.items():
            warning = "" if self.warned else hacking(entries, called, name, self.prompts)
            if warning:
                self.warned = True
                log(warning)


def hacking(entries: Sequence[Entry], called: str, name: str, prompts: int) -> str:
    """Return a warning if held-out responses have grown since a reward was highest, and it has fallen; else an empty text.

    It has fallen if it is lower by more than two standard errors over the prompts.
    """
    measured = [entry for entry in entries if _is_number(entry.get(name)) and _is_number(entry.get(HELD_OUT_LENGTH))]
    if len(measured) < 2:
        return ""
    best, now = max(measured, key=lambda entry: entry[name]), measured[-1]
    spread = now.get("eval_reward_std" if name == "eval_reward" else name.replace("/mean", "/std"))
    error = spread / math.sqrt(prompts) if spread and _is_number(spread) else 0.0
    if now[HELD_OUT_LENGTH] < GROWTH * best[HELD_OUT_LENGTH] or now[name] >= best[name] - 2 * error:
        return ""
    return (
        f"warning: responses have grown from {best[HELD_OUT_LENGTH]:.0f} to {now[HELD_OUT_LENGTH]:.0f} tokens since step "
        f"{best['step']:,}, and the held-out {called} has fallen from {best[name]:.3f} to {now[name]:.3f}: the policy may exploit "
        "a reward; read its responses, and add --reward length or --stop-if 'completion length > N'"
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
