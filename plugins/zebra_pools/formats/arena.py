"""Battles of two models, as the Chatbot Arena publishes them."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import attrs
import pyarrow as pa

import zebra_core as zebra
from zebra_pools.columns import first_present, id_type, is_text, pool_batch
from zebra_pools.formats.values import Message, conversation, first_exchange
from zebra_pools.reader import Mismatch, RowReader, lacks

MODELS = ("model_a", "model_b")
CONVERSATIONS = ("conversation_a", "conversation_b")
TEXTS = ("prompt", "response_a", "response_b")
ID = ("question_id", "id")


@attrs.frozen
class Arena(RowReader):
    """The Chatbot Arena's battles: model_a, model_b, and conversation_a, conversation_b (or prompt, response_a, response_b).

    Of a conversation, the first exchange is read: later turns follow from the answers of one of the models. The votes are not read.
    """

    general: ClassVar = False

    def schema_for(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns to read. Raise Mismatch if there are no two models with their conversations."""
        names = next((names for names in (CONVERSATIONS, TEXTS) if {*MODELS, *names} <= {*schema.names}), None)
        if names is None:
            raise Mismatch(lacks("'model_a' and 'model_b' with the conversation of each"))
        number = first_present(ID, schema)
        kinds = {name: _kind(schema.field(name).type) for name in names}
        ids = {number: id_type(schema.field(number).type)} if number else {}
        return pa.schema(ids | dict.fromkeys(MODELS, pa.string()) | kinds)

    def to_pool(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch with two models a row. Raise ArrowInvalid if a text is not UTF-8, RowError if there is no exchange."""
        batch.validate(full=True)
        rows = [_battle(row, place) for place, row in enumerate(batch.to_pylist())]
        number = first_present(ID, batch.schema)
        ids = {"id": batch[number].cast(pa.string())} if number else {}
        kinds = {"prompt": zebra.MESSAGES, "models": pa.list_(pa.string()), "responses": pa.list_(pa.string())}
        return pool_batch(**ids, **{name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})


def _kind(kind: pa.DataType) -> pa.DataType:
    """Return the type to read a conversation as: text with JSON, turns, or messages whose content may have parts."""
    if is_text(kind):
        return pa.string()
    entry = getattr(kind, "value_type", kind)
    if is_text(entry) or pa.types.is_null(entry):
        return pa.list_(pa.string())
    if not (pa.types.is_struct(entry) and {"role", "content"} <= {field.name for field in entry.fields}):
        msg = f"has conversations that are not messages ({kind})"
        raise Mismatch(msg)
    parts = None if is_text(entry.field("content").type) else pa.list_(pa.struct([("text", pa.string())]))
    return pa.list_(pa.struct([("role", pa.string()), ("content", parts or pa.string())]))


def _battle(row: dict[str, Any], place: int) -> dict[str, Any]:
    """Return prompt, models and responses of a row. Raise RowError if it has none, or the two prompts differ."""
    pairs = [_exchange(row, side) for side in ("a", "b")]
    if None in pairs or pairs[0] is None or pairs[1] is None:
        msg = "has no message with an answer"
        raise zebra.RowError(place, msg)
    (prompt, first), (other, second) = pairs[0], pairs[1]
    if prompt != other:
        msg = "its two models were asked differently"
        raise zebra.RowError(place, msg)
    return {"prompt": prompt, "models": [row["model_a"], row["model_b"]], "responses": [first, second]}


def _exchange(row: dict[str, Any], side: str) -> tuple[list[Message], str] | None:
    if "prompt" in row:
        asked, answered = _turn(row["prompt"]), _turn(row[f"response_{side}"])
        return None if asked is None else ([{"role": "user", "content": asked}], answered or "")
    value = row[f"conversation_{side}"]
    messages = conversation(_parsed(value) if isinstance(value, str) else value)
    return first_exchange(messages) if messages else None


def _turn(value: str | list[str | None] | None) -> str | None:
    """Return the first of a list of turns, which may be JSON; a text that is not such a list is a turn itself."""
    turns = _parsed(value) if isinstance(value, str) else value
    first = turns[0] if isinstance(turns, list) and turns else value
    return first if isinstance(first, str) else None


def _parsed(text: str | None) -> Any:
    if not text or zebra.is_too_deep(text.encode()):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
