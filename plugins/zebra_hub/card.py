"""The front matter of a card that is published: what the folder's own card has, and what is known on publishing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

import zebra_core as zebra

if TYPE_CHECKING:
    from pathlib import Path

CARD = "README.md"
_FRONT_MATTER = re.compile(r"\A\s*---[^\S\n]*\n(.*?)\n---[^\S\n]*(?:\n|\Z)", re.DOTALL)


def read_card(folder: Path) -> tuple[dict[str, Any], str]:
    """Return the front matter of a folder's card and its text, both empty if there is none. Raise ZebraError if it is not valid."""
    path = folder / CARD
    if not path.is_file():
        return {}, ""
    try:
        text = path.read_text(encoding="utf-8")
        match = _FRONT_MATTER.match(text)
        metadata = yaml.safe_load(match[1]) if match else {}
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        msg = f"cannot read the front matter of {path}: {reason}; correct it, or build the folder again"
        raise zebra.ZebraError(msg) from error
    if not isinstance(metadata, dict):
        msg = f"the front matter of {path} must be keys and values of YAML, got {type(metadata).__name__}; correct it"
        raise zebra.ZebraError(msg)
    return metadata, text[match.end() :] if match else text


def card_text(metadata: dict[str, Any], body: str, name: str) -> str:
    """Return a card; without a text its title is the name."""
    return f"{zebra.markup.front_matter(metadata)}\n{body.lstrip() or f'# {zebra.markup.markdown(name)}{chr(10)}'}"
