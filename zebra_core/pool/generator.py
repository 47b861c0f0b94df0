"""The contract of generators: the components by which models answer prompts, so that there is a pool to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, runtime_checkable

import attrs

Messages: TypeAlias = Sequence[Mapping[str, str]]
"""A conversation: messages with `role` and `content`."""


@attrs.frozen
class Response:
    """What a model answered, with None for what the generator does not know.

    `text` is None if the request failed, and `error` then has the reason. `finish_reason` is `stop`, `length` if the text
    was cut off, `content_filter`, or another word of the server's; the tokens are counts, `seed` is that of the request, and
    `seconds` how long it took.
    """

    text: str | None
    finish_reason: str | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seed: int | None = None
    seconds: float | None = None
    error: str | None = None


class Generator(Protocol):
    """A component by which a model answers prompts; its options are the settings of the generation."""

    def __call__(self, prompts: Sequence[Messages], model: str) -> Sequence[Response | str | None]:
        """Return one response per prompt, in order: a Response, its text, or None for one that failed.

        `model` is what the user wrote after the generator's name, such as a folder, a name on the Hugging Face Hub or a
        command; if there is nothing, the name of the model in the pool. The generator is called with a few prompts at a
        time. Raise ZebraError if it cannot go on: earlier responses are kept.
        """


@runtime_checkable
class AnswersInAnyOrder(Protocol):
    """A generator that takes all prompts at once, and returns each response as soon as it is there."""

    def stream(self, prompts: Sequence[Messages], model: str) -> Iterator[tuple[int, Response]]:
        """Yield the index of a prompt and its response, once for each prompt. Raise ZebraError if it cannot go on."""


@runtime_checkable
class OffersModels(Protocol):
    """A generator class with models of its own, all of which answer if the user names the generator alone."""

    offered: Sequence[str]


@runtime_checkable
class DescribesSettings(Protocol):
    """A generator that knows which of its options the responses depend on; without this, all of them, and the location."""

    def settings(self, model: str) -> Mapping[str, Any]:
        """Return what the responses depend on, as plain values without secrets: they are written to the pool."""
