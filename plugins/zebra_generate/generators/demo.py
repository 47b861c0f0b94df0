"""A generator without a model: it makes up responses, to try `zebra generate` without a server, weights or a network."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra
from zebra_generate.generators.sampling import Sampling

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = ("perhaps", "the", "answer", "is", "near", "far", "and", "simple", "long", "known", "to", "few", "of", "us")


@attrs.frozen
class Demo(Sampling):
    """Made-up responses, which follow from the seed, the prompt and the model's name: to try `zebra generate` without a model."""

    max_tokens: int = zebra.option(24, "Maximum number of words of a response.", flag="--max-tokens")

    def __call__(self, prompts: Sequence[zebra.Messages], model: str) -> list[zebra.Response]:
        """Return a few words per prompt."""
        return [self._answer(messages, model) for messages in prompts]

    def _answer(self, messages: zebra.Messages, model: str) -> zebra.Response:
        seed = self.request_seed(messages)
        draw = Random(f"{seed} {model}")  # noqa: S311  # a seeded draw, not a secret
        length = draw.randint(3, 32)
        words = [draw.choice(WORDS) for _ in range(min(length, self.max_tokens))]
        read = sum(len(message["content"].split()) for message in messages)
        finish = "length" if length > self.max_tokens else "stop"
        return zebra.Response(" ".join(words), finish, read, len(words), seed)
