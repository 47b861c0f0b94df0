"""Which models answer which prompt: all of them, or a few that are drawn for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import xxhash

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_generate.requests.request import Model


@attrs.frozen
class Draw:
    """Draws `count` of the models for each prompt, or all of them if it is None."""

    count: int | None
    seed: int = 0

    def models(self, models: Sequence[Model], prompt_id: str) -> Sequence[Model]:
        """Return the models that answer a prompt, in their order. Raise ZebraError if there are too few.

        The draw follows from the seed, the prompt's id and the models' names, and not from the other prompts.
        """
        if self.count is None:
            return models
        if self.count > len(models):
            msg = (
                f"{self.count} candidates are more than the {len(models)} models; lower the number, or name more models"
            )
            raise zebra.ZebraError(msg)
        ranks = {model.name: self._rank(prompt_id, model.name) for model in models}
        drawn = sorted(ranks, key=ranks.__getitem__)[: self.count]
        return [model for model in models if model.name in drawn]

    def _rank(self, *parts: str) -> int:
        return xxhash.xxh3_64_intdigest("\0".join([str(self.seed), *parts]).encode())
