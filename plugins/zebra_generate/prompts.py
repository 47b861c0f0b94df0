"""Read prompts from a file: lines of text, or of JSON with a prompt and, optionally, an id and a source."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("prompt", "instruction", "messages")
"""The keys of a prompt, as text or as messages."""


@attrs.frozen
class Prompt:
    """A conversation to answer; `id` is unique in its file."""

    id: str
    messages: tuple[dict[str, str], ...]
    source: str | None = None


def read_prompts(path: Path) -> list[Prompt]:
    """Return the prompts of a file: `.txt`, one per line, or `.jsonl`. Raise ZebraError, naming the line, if one is invalid.

    A prompt without an id has the number of its line.
    """
    suffix = path.suffix.casefold()
    if suffix not in (".txt", ".jsonl"):
        msg = f"prompts are read from .jsonl or .txt, and {path} is neither; convert it, one prompt per line"
        raise zebra.ZebraError(msg)
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"cannot read the prompts {path}: {getattr(error, 'strerror', None) or error}"
        raise zebra.ZebraError(msg) from error
    read = _from_text if suffix == ".txt" else _from_json
    prompts = [read(line, number, path) for number, line in enumerate(lines, 1) if line.strip()]
    if not prompts:
        msg = f"{path} has no prompt; write one per line"
        raise zebra.ZebraError(msg)
    _check_ids(prompts, path)
    return prompts


def _check_ids(prompts: list[Prompt], path: Path) -> None:
    seen: set[str] = set()
    for prompt in prompts:
        if prompt.id in seen:
            msg = f"two prompts of {path} have the id {prompt.id!r}; give each its own id, or leave the ids out"
            raise zebra.ZebraError(msg)
        seen.add(prompt.id)


def _from_text(line: str, number: int, _: Path) -> Prompt:
    return Prompt(str(number), ({"role": "user", "content": line.strip()},))


def _from_json(line: str, number: int, path: Path) -> Prompt:
    try:
        row: dict[str, Any] = {} if zebra.is_too_deep(line.encode()) else json.loads(line)
        return Prompt(_id(row, number), _messages(row), _text(row.get("source")) if row.get("source") else None)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        example = '{"prompt": "..."} or {"prompt": [{"role": "user", "content": "..."}]}'
        msg = f"line {number} of {path} is not a prompt; expected {example}, with an id if you like"
        raise zebra.ZebraError(msg) from error


def _id(row: dict[str, Any], number: int) -> str:
    return str(number) if row.get("id") is None else _text(str(row["id"]))


def _messages(row: dict[str, Any]) -> tuple[dict[str, str], ...]:
    """Return the messages of a row. Raise KeyError, TypeError or ValueError if it has none, or odd ones."""
    value = row[next((name for name in NAMES if name in row), NAMES[0])]
    messages = [{"role": "user", "content": value}] if isinstance(value, str) else list(value)
    if not messages:
        raise ValueError
    return tuple({name: _text(message[name]) for name in ("role", "content")} for message in messages)


def _text(value: object) -> str:
    """Return a value that is text, without halves of surrogate pairs. Raise TypeError if it is not text."""
    if not isinstance(value, str):
        raise TypeError
    return value.encode(errors="replace").decode()
