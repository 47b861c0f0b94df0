"""The flags that make a table with unusual column names readable, guessed from names that other tools use."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from zebra_pools import columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pyarrow as pa

PROMPT = ("question", "query", "input", "user", "problem", "task", "text")
MODEL = ("model_name", "model_id", "llm", "system", "assistant_model")
RESPONSE = ("answer", "completion", "generation", "reply", "model_output", "assistant", "result", "text")


NAMELESS = {
    ("context", "response1", "response2"): "HelpSteer3 does not say which model gave a response",
    ("trajectory", "chosen", "rejected"): "UltraInteract does not say which model gave a response",
    ("conversation",): "no column says which model answered",
    ("conversations",): "no column says which model answered",
    ("messages",): "no column says which model answered",
}
"""What is known of tables with these columns, and none of a model."""
MOST = 20
"""Number of columns that a message lists."""


def remedy(schema: pa.Schema) -> str:
    """Return the columns of a table, and the flags, or the change to it, that would make it readable."""
    if lack := _lack_of_models(schema):
        return f"{names_of(schema)}; {lack}"
    flags = _long_flags(schema) or _wide_flags(schema)
    advice = (
        f"add {flags}"
        if flags
        else "name the columns: --set long.prompt=... --set long.model=... --set long.response=..."
    )
    return f"{names_of(schema)}; {advice}"


def _lack_of_models(schema: pa.Schema) -> str | None:
    """Return what to do about a table that names no model, None if that is not what it lacks."""
    if "choices" in schema.names and "messages" not in schema.names:
        return "a completion lacks its request; log `messages` too"
    if any(name in schema.names for name in (*columns.MODEL, *MODEL, "models")):
        return None
    fact = next((fact for names, fact in NAMELESS.items() if {*names} <= {*schema.names}), None)
    if fact:
        return f"{fact}, and only models have scores; add a column `model`"
    answers = columns.first_present(columns.PROMPT, schema) and columns.first_present(columns.RESPONSE, schema)
    return "add a column `model`, or name a folder that has a file per model" if answers else None


def names_of(schema: pa.Schema) -> str:
    """Return the columns of a table, as the part of a sentence."""
    return f"its columns are {', '.join([*schema.names[:MOST], *['...'] * (len(schema.names) > MOST)])}"


def _long_flags(schema: pa.Schema) -> str | None:
    """Return the flags that name prompt, model and response of a table, None if one of them cannot be guessed."""
    named = {
        "prompt": _guess(columns.PROMPT, PROMPT, schema),
        "model": _guess(columns.MODEL, MODEL, schema),
        "response": _guess(columns.RESPONSE, RESPONSE, schema),
    }
    columns_used = [*named.values()]
    if None in columns_used or len({*columns_used}) < len(columns_used):
        return None
    return _flags("long", {option: column for option, column in named.items() if column not in _OWN[option]})


def _wide_flags(schema: pa.Schema) -> str | None:
    """Return the flag that names the prompt of a table with at least two other columns of text, None if there is none."""
    texts = [field.name for field in schema if columns.is_text(field.type)]
    prompt = _guess((), PROMPT, schema) or next(iter(texts), None)
    if len(texts) < 3 or _guess(columns.RESPONSE, RESPONSE, schema) not in (None, prompt):
        return None
    return _flags("wide", {"prompt": prompt})


_OWN = {"prompt": columns.PROMPT, "model": columns.MODEL, "response": columns.RESPONSE}


def _guess(own: Iterable[str], common: Iterable[str], schema: pa.Schema) -> str | None:
    """Return the column that has one of the layout's own names, else the first with a common name, in any case."""
    folded = {name.casefold(): name for name in reversed(schema.names)}
    return columns.first_present(own, schema) or next(
        (folded[name] for name in (*own, *common) if name in folded), None
    )


def _flags(reader: str, options: dict[str, str | None]) -> str | None:
    return " ".join(f"--set {shlex.quote(f'{reader}.{option}={column}')}" for option, column in options.items()) or None
