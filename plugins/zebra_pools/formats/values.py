"""What formats have in common in their values: paths into JSON, texts in parts, and conversations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

Message: TypeAlias = dict[str, str]
Prompt: TypeAlias = "str | list[Message]"

ROLES = {
    "human": "user",
    "prompter": "user",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
}
"""The roles of a chat by the other names that formats have for them."""


class Answer(NamedTuple):
    """A response of a model to a prompt; answers with the same id, else with the same prompt, are to one instruction."""

    prompt: Prompt
    model: str
    response: str | None
    id: str | None = None
    source: str | None = None
    rating: float | None = None


def at(value: Any, *path: str | int) -> Any:
    """Return what is at a path of keys and places in JSON, None if there is nothing."""
    for step in path:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and len(value) > step else None
    return value


def text_of(value: Any) -> str | None:
    """Return a text that may be in an object, or in parts of which only those of text count; None if it is something else."""
    if isinstance(value, dict):
        value = next((value[name] for name in ("content", "answer", "text", "value") if name in value), None)
    if isinstance(value, list):
        texts = [part if isinstance(part, str) else at(part, "text") for part in value]
        return "".join(text for text in texts if isinstance(text, str))
    return value if isinstance(value, str) else None


def name_of(value: Any) -> str | None:
    """Return an id or a name as text, None if it is empty or something else."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return str(value) or None


def conversation(value: Any) -> list[Message] | None:
    """Return messages with role (or from) and content (or value) as those of a chat, None if the value is something else."""
    if not isinstance(value, list) or not value:
        return None
    messages = []
    for message in value:
        role = at(message, "role") or at(message, "from")
        text = text_of(at(message, "content") if at(message, "content") is not None else at(message, "value"))
        if not isinstance(role, str) or text is None:
            return None
        messages.append({"role": ROLES.get(role, role), "content": text})
    return messages


def first_exchange(messages: Sequence[Message]) -> tuple[list[Message], str] | None:
    """Return what precedes the first answer of the assistant, and that answer; None if there is none.

    Later turns follow from the answers of the model before, so that no other model has answered the same.
    """
    for place, message in enumerate(messages):
        if message["role"] == "assistant":
            return (list(messages[:place]), message["content"]) if place else None
    return None
