"""Conversations with one model a row: WildChat, LMSYS-Chat-1M, and ShareGPT if it names its models."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import attrs

from zebra_pools.columns import RESPONSE
from zebra_pools.formats.answers import AnswerReader, unanswered
from zebra_pools.formats.values import Answer, Message, Prompt, conversation, first_exchange, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zebra_pools.files.objects import Row, Source

NAMES = ("conversation", "conversations", "messages")
OTHERS = (*RESPONSE, "choices", "ans_id")
"""Columns by which messages belong to another format: long, chat completions, or Arena-Hard's answers."""


@attrs.frozen
class Conversations(AnswerReader):
    """One conversation and model a row (WildChat, LMSYS-Chat-1M, ShareGPT): the first exchange, joined by its prompt.

    Later turns are left out: they follow from the model's own answers. Most prompts were asked once, and give no pair.
    """

    columns: ClassVar = (*NAMES, "model", *OTHERS)

    def refusal(self, row: Row) -> str | None:
        """Return why a row is not a conversation with a model that is named."""
        if _messages(row) is None or {*OTHERS} & {*row}:
            return "has no `conversation` of messages"
        if "model" not in row:
            return "has conversations, but no column `model`: without it no score belongs to an answer"
        return None

    def answers(self, row: Row, source: Source, prompts: Mapping[str, Prompt | None]) -> Iterable[Answer]:  # noqa: ARG002
        """Return the first answer."""
        model, messages = name_of(row.get("model")), _messages(row)
        exchange = first_exchange(messages) if messages else None
        if model is None or exchange is None:
            msg = "names no model" if model is None else "has no answer of the assistant to a message"
            raise unanswered(msg)
        return [Answer(exchange[0], model, exchange[1])]


def _messages(row: Row) -> list[Message] | None:
    return next(filter(None, (conversation(row.get(name)) for name in NAMES)), None)
