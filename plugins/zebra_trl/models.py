"""The model to train: its tokenizer, its chat template, its positions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import zebra_core as zebra

if TYPE_CHECKING:
    from zebra_trl.settings import Settings


def tokenizer_of(model: str, settings: Settings) -> Any:
    """Load the tokenizer, with the chat template that was given; ZebraError where it has none to give."""
    from transformers import AutoTokenizer  # noqa: PLC0415

    try:
        tokenizer = AutoTokenizer.from_pretrained(model)
    except (OSError, ValueError) as wrong:
        msg = f"{model} has no tokenizer that can be loaded: {str(wrong).splitlines()[0]}"
        raise zebra.ZebraError(msg) from wrong
    if settings.chat_template:
        path = Path(settings.chat_template)
        if not path.is_file():
            msg = f"there is no chat template {path}; it is a Jinja file, as `tokenizer.chat_template` has it"
            raise zebra.ZebraError(msg)
        tokenizer.chat_template = path.read_text(encoding="utf-8")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def positions(model: str) -> int | None:
    """Return how many positions the model has, where its config says so."""
    from transformers import AutoConfig  # noqa: PLC0415

    config = AutoConfig.from_pretrained(model)
    found = getattr(config.get_text_config(), "max_position_embeddings", None)
    return found if isinstance(found, int) and found > 0 else None
