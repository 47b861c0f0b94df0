"""Rewards as TRL calls them: a component gets texts and the columns of the dataset, a reward model gets token ids."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from accelerate import PartialState
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer

import zebra_core as zebra
from zebra_trl.data.tokens import Tokens
from zebra_trl.evaluation.rewards import is_reward, scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_trl.online.named import NamedReward

    Messages = Sequence[Mapping[str, str]]
    Text = str | Messages

BATCH = 8
"""The number of responses that a reward model scores at once."""


def functions_of(rewards: Sequence[NamedReward], limit: int) -> list[RewardFunction | RewardModel]:
    """Return what TRL calls for each reward; a reward model scores at most `limit` tokens."""
    return [RewardModel(each, limit) if each.component is None else RewardFunction(each) for each in rewards]


def check_reward_model(folder: str) -> None:
    """Raise ZebraError if a folder is not a reward model with one score."""
    remedy = "train one with --trainer reward"
    files = [name for name in ("config.json", "adapter_config.json") if (Path(folder) / name).is_file()]
    if not files:
        msg = f"--reward {folder} is a folder without a model: it has no config.json; {remedy}"
        raise zebra.ZebraError(msg)
    try:
        suitable = is_reward(folder)
        count = AutoConfig.from_pretrained(folder, trust_remote_code=False).num_labels if "config.json" in files else 1
    except (OSError, ValueError) as error:
        msg = f"--reward {folder} is a folder without a model that can be read: {str(error).splitlines()[0]}"
        raise zebra.ZebraError(msg) from error
    if not suitable:
        msg = f"--reward {folder} is not a reward model, but {_trained_as(folder)}; {remedy}"
        raise zebra.ZebraError(msg)
    if count != 1:
        msg = f"--reward {folder} gives a response {count} scores, and a reward model gives one; {remedy}"
        raise zebra.ZebraError(msg)


def _trained_as(folder: str) -> str:
    job = zebra.TrainingJob.read(folder)
    if job is not None:
        return f"was trained as {job.trainer}"
    values = json.loads((Path(folder) / "config.json").read_text(encoding="utf-8"))
    return f"a {(values.get('architectures') or ['model of another kind'])[0]}"


class RewardFunction:
    """A reward component."""

    def __init__(self, reward: NamedReward) -> None:
        self.__name__, self.component = reward.name, reward.component

    def __call__(
        self, prompts: Sequence[Text], completions: Sequence[Text], columns: Sequence[dict[str, Any]] = (), **_: object
    ) -> list[float | None]:
        """Return a number per completion, None where the reward does not apply. Raise PluginError for anything else."""
        values = {name: [row[name] for row in columns] for name in (columns[0] if columns else ())}
        texts = list(map(text_of, completions))
        rewards = self.component(list(map(_messages, prompts)), texts, **values)  # type: ignore[misc]  # it has one
        return self._checked(rewards, len(texts))

    def _checked(self, rewards: Any, count: int) -> list[float | None]:
        problem = ""
        if isinstance(rewards, str) or not hasattr(rewards, "__len__"):
            problem = f"it must return a list of numbers, got {type(rewards).__name__}"
        elif len(rewards) != count:
            problem = f"it returned {len(rewards)} numbers for {count} completions"
        else:
            others = [each for each in rewards if each is not None and not _is_finite(each)]
            problem = f"a reward must be a finite number or None, got {others[0]!r}" if others else ""
        if problem:
            component = self.component.component  # type: ignore[union-attr]
            msg = f"{component}: {problem}"
            raise zebra.PluginError(msg, component)
        return [None if reward is None else float(reward) for reward in rewards]


class RewardModel:
    """A reward model, whose prompts and completions are rendered with its own chat template, as in its training."""

    def __init__(self, reward: NamedReward, limit: int) -> None:
        self.__name__, self.limit = reward.name, limit
        self.tokens = Tokens(AutoTokenizer.from_pretrained(reward.folder, trust_remote_code=False))
        model = AutoModelForSequenceClassification.from_pretrained(reward.folder, num_labels=1, trust_remote_code=False)
        self.model = model.to(PartialState().device).eval()

    def __call__(self, prompts: Sequence[Text], completions: Sequence[Text], **_: object) -> list[float]:
        """Return the score of each completion."""
        rows = self.tokens({"prompt": list(prompts), "chosen": list(completions)})
        pairs = list(zip(rows["prompt_ids"], rows["chosen_ids"], strict=True))
        return [float(score) for score in scores(self.model, pairs, self.limit, BATCH)]


def text_of(answer: Text) -> str:
    """Return the text of a response, which may be messages."""
    return answer if isinstance(answer, str) else "".join(str(message.get("content") or "") for message in answer)


def _messages(prompt: Text) -> Messages:
    return [{"role": "user", "content": prompt}] if isinstance(prompt, str) else prompt


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
