"""Chat templates: messages as the text that a model reads, as Transformers renders it."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2.ext import loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

import zebra_core as zebra

if TYPE_CHECKING:
    Row = dict[str, Any]

NAMES = ("chatml", "gemma", "llama-3", "mistral", "zephyr")
"""The templates in `chat_templates`, without the token that a tokenizer adds at the beginning."""
GENERATION = re.compile(r"(\{%[-+]?\s*)(end)?generation(\s*[-+]?%\})")
"""The tags by which Transformers marks what a model wrote; the text is the same without them."""


def rendered(row: Row, template: str) -> Row:
    """Return prompt, chosen and rejected of a pair as text: what the template makes of the whole conversations, divided as TRL does.

    They end with the last token of a turn, without white space after it.

    Raise ZebraError if the template cannot be read or rendered.
    """
    chat, tokens = _load(template)
    try:
        prompt = chat.render(messages=row["prompt"], add_generation_prompt=True, **tokens)
        sides = {
            side: chat.render(messages=row["prompt"] + row[side], add_generation_prompt=False, **tokens)
            for side in ("chosen", "rejected")
        }
    except (jinja2.TemplateError, TypeError, ValueError) as error:
        msg = f"the chat template {template!r} does not take the pair {row['id']!r}: {error}; choose another template"
        raise zebra.ZebraError(msg) from error
    whole = all(text.startswith(prompt) for text in sides.values())
    start = len(prompt) if whole else _shared([prompt, *sides.values()])
    return {"prompt": prompt[:start], **{side: _ended(text[start:], row[side]) for side, text in sides.items()}}


def _ended(text: str, messages: list[dict[str, str]]) -> str:
    """Return a response without the white space that the template writes after its last token.

    Trainers add the end token to a text that does not end with it.
    """
    return text if text.endswith(messages[-1]["content"]) else text.rstrip()


def _shared(texts: list[str]) -> int:
    """Return the number of characters at the beginning that texts have in common."""
    for place, characters in enumerate(zip(*texts, strict=False)):
        if len({*characters}) > 1:
            return place
    return min(map(len, texts))


@cache
def _load(template: str) -> tuple[jinja2.Template, dict[str, str]]:
    """Return a template and the tokens that it may use. Raise ZebraError if there is none, or it is not valid."""
    text, tokens = _read(template)
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[loopcontrols])
    environment.filters["tojson"] = lambda value, **options: json.dumps(value, ensure_ascii=False, **options)
    environment.globals |= {"raise_exception": _refuse, "strftime_now": lambda form: datetime.now().strftime(form)}  # noqa: DTZ005  # as Transformers does
    try:
        return environment.from_string(GENERATION.sub(_neutral, text)), tokens
    except jinja2.TemplateError as error:
        msg = f"the chat template {template!r} is not valid: {error}"
        raise zebra.ZebraError(msg) from error


def _read(template: str) -> tuple[str, dict[str, str]]:
    if template in NAMES:
        return files("zebra_export").joinpath("chat_templates", f"{template}.jinja").read_text(encoding="utf-8"), {}
    path = zebra.storage.place(template)
    try:
        if not path.is_dir():
            return path.read_text(encoding="utf-8"), {}
        settings = json.loads((path / "tokenizer_config.json").read_text(encoding="utf-8"))
        file = path / "chat_template.jinja"
        text = file.read_text(encoding="utf-8") if file.is_file() else settings["chat_template"]
    except (OSError, ValueError, KeyError) as error:
        msg = (
            f"there is no chat template {template!r}: name one of {', '.join(NAMES)}, a Jinja file, or the folder of a model "
            "whose tokenizer has one"
        )
        raise zebra.ZebraError(msg) from error
    tokens = {name: settings.get(name) for name in ("bos_token", "eos_token")}
    return text, {name: token["content"] if isinstance(token, dict) else token or "" for name, token in tokens.items()}


def _neutral(tag: re.Match[str]) -> str:
    """Return a tag that does nothing in place of one that marks what a model wrote."""
    return f"{tag[1]}{'endif' if tag[2] else 'if true'}{tag[3]}"


def _refuse(reason: str) -> None:
    raise jinja2.TemplateError(reason)
