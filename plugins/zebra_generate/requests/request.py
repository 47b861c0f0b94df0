"""Models, and requests to them: what a response follows from."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import xxhash

from zebra_core.pool.generator import DescribesSettings

if TYPE_CHECKING:
    import zebra_core as zebra
    from zebra_generate.requests.prompts import Prompt


def key_of(*parts: object) -> str:
    """Return a hash of plain values: of everything that a response follows from."""
    return xxhash.xxh3_128_hexdigest(json.dumps(parts, sort_keys=True, default=str).encode())


@attrs.frozen(eq=False, slots=False)
class Model:
    """A model that is to answer: its name in the pool, its generator, and what the generator calls it."""

    name: str
    generator: zebra.BoundComponent
    location: str

    @cached_property
    def settings(self) -> dict[str, Any]:
        """What its responses depend on, as plain values."""
        instance, options = self.generator.instance, {"model": self.location, **self.generator.options}
        values = instance.settings(self.location) if isinstance(instance, DescribesSettings) else options
        return {"generator": self.generator.name, **values}

    @cached_property
    def hash(self) -> str:
        """A hash of the name and the settings."""
        return key_of(self.name, self.generator.component.plugin, self.settings)


@attrs.frozen(eq=False, slots=False)
class Request:
    """A prompt that a model is to answer; its key changes with the model, its settings and the prompt."""

    model: Model
    prompt: Prompt

    @cached_property
    def key(self) -> str:
        """The key of the response."""
        return key_of(self.model.hash, self.prompt.id, self.prompt.messages)

    @property
    def messages(self) -> list[dict[str, str]]:
        """The messages, as a copy of the generator's own."""
        return [{**message} for message in self.prompt.messages]
