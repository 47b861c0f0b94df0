"""The contract of generators: the components by which models answer prompts, so that there is a pool to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

Messages: TypeAlias = Sequence[Mapping[str, str]]
"""A conversation: messages with `role` and `content`."""


class Generator(Protocol):
    """A component by which a model answers prompts; its options are the settings of the generation."""

    def __call__(self, prompts: Sequence[Messages], model: str) -> Sequence[str | None]:
        """Return one response per prompt, in order, or None for one that failed.

        `model` is what the user wrote after the generator's name, such as a folder, a name on the Hugging Face Hub or a
        command; if there is nothing, the name of the model in the pool. The generator is called with a few prompts at a
        time. Raise ZebraError if it cannot go on: earlier responses are kept.
        """
