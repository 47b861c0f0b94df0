"""The rewards that `--reward` names: components, and folders of reward models, each with a weight."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_core.recipe.resolve import Resolver

KIND = "reward"


@attrs.frozen
class NamedReward:
    """A reward: its name in the log, its weight, and the component, or the folder of the model, empty if it is yet to be trained."""

    name: str
    weight: float
    component: zebra.BoundComponent | None = None
    folder: str = ""


def read_rewards(texts: Sequence[str], resolver: Resolver) -> list[NamedReward]:
    """Return the rewards of `NAME_OR_FOLDER[=WEIGHT]`. Raise ZebraError for one that does not exist, or is named twice."""
    rewards: list[NamedReward] = []
    for text in texts:
        name, weight = split_weight(text)
        reward = _reward(name, weight, resolver)
        if any((reward.name, reward.folder) == (other.name, other.folder) for other in rewards):
            msg = f"--reward {name} is named twice; name it once, with the weight that it is to have: --reward {name}=2"
            raise zebra.ZebraError(msg)
        rewards.append(reward)
    return _numbered(rewards)


def with_model(rewards: Sequence[NamedReward], name: str, folder: str) -> list[NamedReward]:
    """Return the rewards, and the model that a trainer gives in a folder. Raise ZebraError if they have it."""
    if folder and any(Path(folder).absolute() == Path(reward.folder).absolute() for reward in rewards if reward.folder):
        msg = f"--reward {folder} is the model that {name} gives, and counts without being named; leave it out"
        raise zebra.ZebraError(msg)
    return _numbered([*rewards, NamedReward(name, 1.0, folder=folder)])


def _numbered(rewards: Sequence[NamedReward]) -> list[NamedReward]:
    """Return the rewards with numbers in the names that several have."""
    names = [reward.name for reward in rewards]
    return [
        attrs.evolve(reward, name=f"{reward.name}-{at + 1}") if names.count(reward.name) > 1 else reward
        for at, reward in enumerate(rewards)
    ]


def split_weight(text: str) -> tuple[str, float]:
    """Return name and weight, 1 if there is none. Raise ZebraError for a weight that is not a number, or 0."""
    name, equals, number = text.rpartition("=")
    if not equals or zebra.storage.place(text).exists():
        return text, 1.0
    try:
        weight = float(number)
    except ValueError:
        weight = math.nan
    if not name or not math.isfinite(weight) or weight == 0:
        msg = f"--reward expects NAME or NAME=WEIGHT, with a number other than 0, such as length=0.5, got {text!r}"
        raise zebra.ZebraError(msg)
    return name, weight


def _reward(name: str, weight: float, resolver: Resolver) -> NamedReward:
    """Return the component of this name, else the folder."""
    if resolver.plugins.has(KIND, name):
        bound = resolver.bind(resolver.plugins.find(KIND, name))
        return NamedReward(bound.name, weight, component=bound)
    path = zebra.storage.place(name)
    if path.is_dir():
        return NamedReward(path.name or "model", weight, folder=name)
    offered = [component.name for component in resolver.plugins.of_kind(KIND)]
    if "/" in name:
        msg = f"there is no reward model {name}: no such folder; train one with --trainer reward, or name one of {', '.join(offered)}"
        raise zebra.ZebraError(msg)
    what, where = "reward", "and no folder of that name"
    raise zebra.unknown(what, name, offered, where)
