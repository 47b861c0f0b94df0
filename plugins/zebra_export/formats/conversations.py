"""Whole conversations with either response, in two columns."""

from __future__ import annotations

from typing import ClassVar

import attrs
import pyarrow as pa

from zebra_export.files import Parquet
from zebra_export.messages import divided, joined, with_columns

SIDES = ("chosen", "rejected")
PREFIX = "zebra_"


@attrs.frozen
class Conversations(Parquet):
    """The whole conversation with either response, in the columns `names`."""

    names: ClassVar[tuple[str, str]] = SIDES

    def converted(self, pairs: pa.RecordBatch) -> pa.RecordBatch:
        """Return the conversations, without a column of prompts."""
        sides = {name: joined(pairs["prompt"], pairs[side]) for name, side in zip(self.names, SIDES, strict=True)}
        return with_columns(pairs, {"prompt": None, "chosen": None, "rejected": None, **sides})

    def reverted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the pairs again: the last message of a conversation is the response."""
        (prompt, chosen), (_, rejected) = (divided(batch[name]) for name in self.names)
        others = dict.fromkeys((*self.names, *SIDES))
        first = {"id": batch["id"], "prompt": prompt, "chosen": chosen, "rejected": rejected}
        rest = with_columns(batch, {**others, "id": None})
        return with_columns(pa.RecordBatch.from_pydict(first), dict(zip(rest.schema.names, rest.columns, strict=True)))


@attrs.frozen
class TrlImplicit(Conversations):
    """TRL without a column of prompts: two whole conversations, as reward models and older scripts read them."""

    configurations = ("trl.sh",)


@attrs.frozen
class Torchtune(Conversations):
    """torchtune: two whole conversations, and the configuration of its recipe."""

    configurations = ("torchtune.yaml",)


@attrs.frozen
class RewardBench(Conversations):
    """RewardBench: two whole conversations, to measure a reward model on the pairs, and the command.

    A system message becomes the beginning of the first turn, as RewardBench has no place for one.
    """

    lost: ClassVar[str] = "the system messages"
    configurations = ("rewardbench.sh",)

    def converted(self, pairs: pa.RecordBatch) -> pa.RecordBatch:
        """Return the conversations without system messages."""
        prompts = pa.array([_folded(prompt) for prompt in pairs["prompt"].to_pylist()], pairs["prompt"].type)
        return super().converted(with_columns(pairs, {"prompt": prompts}))


@attrs.frozen
class MsSwift(Conversations):
    """ms-swift: `messages` and `rejected_messages`, and the command.

    Other columns are renamed if they begin with `rejected_`, which stands for inputs of the rejected side there.
    """

    names = ("messages", "rejected_messages")
    configurations = ("ms-swift.sh",)

    def converted(self, pairs: pa.RecordBatch) -> pa.RecordBatch:
        """Return the conversations."""
        others = {name: f"{PREFIX}{name}" for name in pairs.schema.names if name.startswith("rejected_")}
        return super().converted(pairs.rename_columns([others.get(name, name) for name in pairs.schema.names]))

    def reverted(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the pairs again."""
        pairs = super().reverted(batch)
        return pairs.rename_columns([name.removeprefix(PREFIX) for name in pairs.schema.names])


def _folded(prompt: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return a prompt whose system message is the beginning of the next message."""
    if len(prompt) < 2 or prompt[0]["role"] != "system":
        return prompt
    return [{**prompt[1], "content": f"{prompt[0]['content']}\n\n{prompt[1]['content']}"}, *prompt[2:]]
