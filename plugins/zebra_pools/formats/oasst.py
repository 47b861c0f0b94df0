"""Trees of messages, as Open Assistant publishes them: the replies to one message answer the same prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs

import zebra_core as zebra
from zebra_pools.formats.answers import AnswerReader, prompt_for
from zebra_pools.formats.values import ROLES, Answer, Message, Prompt, at, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from zebra_pools.files.objects import Row, Source

MOST = 1_000_000
"""The rank from which on a number is no rank."""
DEEPEST = 1_000
"""The number of messages of a conversation that are followed to its start."""


@attrs.frozen
class Oasst(AnswerReader):
    """Open Assistant's trees: a message a row, or a tree a row; the replies to a message answer the same prompt.

    A reply without `model_name` was written by a person. The rating is the rank, negated. Of files with a message a row,
    all texts are kept in memory.
    """

    human: str = zebra.option("human", "Name of the model that stands for people.")

    columns: ClassVar = (
        "message_id",
        "parent_id",
        "text",
        "role",
        "model_name",
        "rank",
        "deleted",
        "message_tree_id",
        "prompt",
    )

    def refusal(self, row: Row) -> str | None:
        """Return why a row is neither a message nor a tree."""
        is_tree = "message_tree_id" in row and at(row, "prompt", "message_id") is not None
        is_message = {"message_id", "parent_id", "text", "role"} <= {*row}
        return None if is_tree or is_message else "has no messages with message_id and parent_id"

    def index(self, asking: Sequence[Source], answering: Sequence[Source]) -> Mapping[str, Prompt | None]:  # noqa: ARG002
        """Return the conversation that ends with each message of a person, in files with a message a row."""
        messages = {row["message_id"]: row for source in answering for row in _messages(source, self.columns)}
        asked = {name: _path(name, messages) for name, row in messages.items() if row.get("role") != "assistant"}
        return {name: path for name, path in asked.items() if path}

    def answers(self, row: Row, source: Source, prompts: Mapping[str, Prompt | None]) -> Iterable[Answer]:  # noqa: ARG002
        """Return a reply, or all replies of a tree."""
        if at(row, "prompt", "message_id") is not None:
            yield from self._in_tree(row["prompt"])
        elif row.get("role") == "assistant" and not row.get("deleted"):
            parent = name_of(row.get("parent_id"))
            yield self._answer(row, parent, prompt_for(parent, prompts))

    def _in_tree(self, root: Row) -> Iterator[Answer]:
        """Yield the replies of a tree, whose depth is bounded by that of JSON."""
        pending: list[tuple[Row, list[Message]]] = [(root, [])]
        while pending:
            node, before = pending.pop(0)
            path = [*before, _message(node)]
            for reply in at(node, "replies") or []:
                if not isinstance(reply, dict):
                    msg = f"expected a reply, got {reply!r:.60}"
                    raise zebra.RowError(0, msg)
                if reply.get("role") == "assistant" and not reply.get("deleted"):
                    yield self._answer(reply, name_of(node.get("message_id")), path)
                pending.append((reply, path))

    def _answer(self, reply: Row, parent: str | None, prompt: Prompt) -> Answer:
        rank, text = reply.get("rank"), reply.get("text")
        rating = -float(rank) if isinstance(rank, (int, float)) and abs(rank) < MOST else None
        return Answer(
            prompt,
            name_of(reply.get("model_name")) or self.human,
            text if isinstance(text, str) else None,
            parent,
            rating=rating,
        )


def _messages(source: Source, columns: tuple[str, ...]) -> Iterator[Row]:
    """Yield the rows that are messages."""
    for item in source.rows(columns):
        if not isinstance(item, zebra.Rejected) and isinstance(item[1].get("message_id"), str):
            yield item[1]


def _path(name: Any, messages: Mapping[str, Row]) -> list[Message] | None:
    """Return the conversation that ends with a message, None if it goes in a circle or begins with a missing one."""
    path: list[Message] = []
    while name is not None:
        row = messages.get(name) if isinstance(name, str) else None
        if row is None or len(path) == DEEPEST:
            return None
        path.append(_message(row))
        name = row.get("parent_id")
    return path[::-1]


def _message(row: Row) -> Message:
    role, text = row.get("role"), row.get("text")
    return {"role": ROLES.get(str(role), str(role)), "content": text if isinstance(text, str) else ""}
