"""The sampling options that generators share: one flag of `zebra generate` sets them for all models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs
import xxhash

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@attrs.frozen
class Sampling:
    """How the next token is drawn; what is not set is left to the server or the model's own settings."""

    temperature: float | None = zebra.option(
        None,
        "Temperature of the sampling; 0 always takes the likeliest token.",
        flag="--temperature",
        validator=attrs.validators.optional(attrs.validators.ge(0)),
    )
    top_p: float | None = zebra.option(
        None,
        "Share of the probability that the tokens to draw from have.",
        flag="--top-p",
        validator=attrs.validators.optional([attrs.validators.gt(0), attrs.validators.le(1)]),
    )
    max_tokens: int = zebra.option(
        1024, "Maximum number of tokens of a response.", flag="--max-tokens", validator=attrs.validators.ge(1)
    )
    seed: int = zebra.option(0, "Seed that the seed of each request is derived from; `--seed` sets it.")

    def sampling(self) -> dict[str, Any]:
        """Return the options that are set."""
        values = {name: getattr(self, name) for name in ("temperature", "top_p", "max_tokens")}
        return {name: value for name, value in values.items() if value is not None}

    def request_seed(self, messages: Sequence[Mapping[str, str]]) -> int:
        """Return the seed of a request, from 0 to 2^31 - 1: another one for each prompt."""
        text = json.dumps([self.seed, [[message["role"], message["content"]] for message in messages]])
        return xxhash.xxh3_64_intdigest(text.encode()) & 0x7FFF_FFFF
