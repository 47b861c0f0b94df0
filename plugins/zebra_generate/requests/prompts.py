"""Prompts: conversations to answer, from the rows of a file or of a dataset of the Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_generate.requests.rows import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMES = ("prompt", "instruction", "messages")
"""The columns of a prompt, as text or as messages."""


@attrs.frozen
class Prompt:
    """A conversation to answer; `id` is unique among the prompts."""

    id: str
    messages: tuple[dict[str, str], ...]
    source: str | None = None


def read_prompts(location: str, system: str = "", limit: int | None = None) -> list[Prompt]:
    """Return the prompts of a file, or of `hub:NAME`, at most `limit`. Raise ZebraError, naming the row, if one is invalid.

    A prompt without an id has the number of its row. `system` is the first message of each prompt that has no system
    message.
    """
    prompts = [_with_system(_prompt(row, number, where), system) for number, where, row in rows_of(location, limit)]
    if not prompts:
        msg = f"{location} has no prompt; write one per line, or one per row"
        raise zebra.ZebraError(msg)
    _check_ids(prompts, location)
    return prompts


def _check_ids(prompts: Iterable[Prompt], location: str) -> None:
    seen: set[str] = set()
    for prompt in prompts:
        if prompt.id in seen:
            msg = f"two prompts of {location} have the id {prompt.id!r}; give each its own id, or leave the ids out"
            raise zebra.ZebraError(msg)
        seen.add(prompt.id)


def _with_system(prompt: Prompt, system: str) -> Prompt:
    if not system or any(message["role"] == "system" for message in prompt.messages):
        return prompt
    return attrs.evolve(prompt, messages=({"role": "system", "content": system}, *prompt.messages))


def _prompt(row: Any, number: int, where: str) -> Prompt:
    """Return the prompt of a row. Raise ZebraError, naming where it is, if it has none."""
    try:
        messages = _messages(row)
        prompt = Prompt(_id(row, number), messages, _text(row["source"]) if row.get("source") else None)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        example = '{"prompt": "..."} or {"prompt": [{"role": "user", "content": "..."}]}'
        msg = f"{where} is not a prompt; expected {example}, with an id if you like"
        raise zebra.ZebraError(msg) from error
    if messages[-1]["role"] == "assistant":
        msg = f"{where} ends with a message of the assistant, so there is nothing to answer; leave that message out"
        raise zebra.ZebraError(msg)
    return prompt


def _id(row: Mapping[str, Any], number: int) -> str:
    return str(number) if row.get("id") is None else _text(str(row["id"]))


def _messages(row: Mapping[str, Any]) -> tuple[dict[str, str], ...]:
    """Return the messages of a row. Raise KeyError, TypeError or ValueError if it has none, or odd ones."""
    value = row[next((name for name in NAMES if row.get(name) is not None), NAMES[0])]
    messages = [{"role": "user", "content": value}] if isinstance(value, str) else list(value)
    if not messages:
        raise ValueError
    return tuple({name: _text(message[name]) for name in ("role", "content")} for message in messages)


def _text(value: object) -> str:
    """Return a value that is text, without halves of surrogate pairs. Raise TypeError if it is not text."""
    if not isinstance(value, str):
        raise TypeError
    return value.encode(errors="replace").decode()
