"""The tokenizer of a model, its chat template, and the number of its positions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerBase

    from zebra_trl.settings import Settings


def tokenizer_of(model: str, settings: Settings) -> PreTrainedTokenizerBase:
    """Return the tokenizer of a model, with the chat template of the settings, if any. Raise ZebraError if it cannot be loaded."""
    from transformers import AutoTokenizer  # noqa: PLC0415

    try:
        tokenizer = AutoTokenizer.from_pretrained(model, trust_remote_code=False)
    except (OSError, ValueError) as error:
        msg = f"cannot load the tokenizer of {model}: {str(error).splitlines()[0]}"
        raise zebra.ZebraError(msg) from error
    if settings.chat_template:
        path = Path(settings.chat_template)
        if not path.is_file():
            msg = f"there is no chat template {path}; it must be a Jinja file with the content of `tokenizer.chat_template`"
            raise zebra.ZebraError(msg)
        tokenizer.chat_template = path.read_text(encoding="utf-8")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def positions(model: str) -> int | None:
    """Return the number of positions of a model, or of the model that an adapter is for; None if its config does not give it."""
    from transformers import AutoConfig  # noqa: PLC0415

    adapter = Path(model) / "adapter_config.json"
    if adapter.is_file():
        model = json.loads(adapter.read_text(encoding="utf-8"))["base_model_name_or_path"]
    config = AutoConfig.from_pretrained(model, trust_remote_code=False)
    count = getattr(config.get_text_config(), "max_position_embeddings", None)
    return count if isinstance(count, int) and count > 0 else None


def check_positions(model: str, settings: Settings) -> None:
    """Raise ZebraError if sequences may be longer than the model can take."""
    limit, count = settings.max_length, positions(model)
    if count and count < limit:
        msg = (
            f"max_length is {limit}, but the model has {count} positions; add --set {settings.name}.max_length={count}"
        )
        raise zebra.ZebraError(msg)


def check_template(tokenizer: PreTrainedTokenizerBase, rows: Dataset, model: str, settings: Settings) -> None:
    """Raise ZebraError if the tokenizer cannot render messages."""
    if not isinstance(rows[0]["chosen"], str) and not tokenizer.chat_template:
        msg = (
            f"the dataset has messages, but the tokenizer of {model} has no chat template; "
            f"add --set {settings.name}.chat_template=FILE.jinja"
        )
        raise zebra.ZebraError(msg)
