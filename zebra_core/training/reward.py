"""The contract of rewards: the components that say how good the responses of a policy are, without a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeAlias

Messages: TypeAlias = Sequence[Mapping[str, str]]
"""A conversation: messages with `role` and `content`."""


class Reward(Protocol):
    """A component that gives each response of a policy a number; higher is better."""

    def __call__(
        self, prompts: Sequence[Messages], completions: Sequence[str], **columns: Sequence[Any]
    ) -> Sequence[float | None]:
        """Return one finite number per completion, or None for one that the reward does not apply to.

        `prompts[i]` are the messages that were answered, and `completions[i]` is the text of the answer. `columns` are
        the other columns of the dataset, one value per completion: `chosen` and `rejected` as texts, if the dataset has
        them, and all others, such as `margin` and `source`, as they are. The number must follow from the row alone: not
        from the others, nor from chance. Raise ZebraError if a column is missing.
        """
