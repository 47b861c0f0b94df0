"""The model to train: looked up before anything slow, its tokenizer, its chat template, its adapters."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import zebra_core as zebra

if TYPE_CHECKING:
    from zebra_trl.trainers import Settings


def check_model(model: str) -> None:
    """Raise ZebraError where there is no such model, in words that help."""
    folder = Path(model)
    if folder.is_dir():
        if (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file():
            msg = f"{model} is an adapter; train it with --lora ...,merge=true to have a whole model to go on from"
            raise zebra.ZebraError(msg)
        if not (folder / "config.json").is_file():
            msg = f"{model} is no model: it has no config.json; a model is a folder that `save_pretrained` wrote"
            raise zebra.ZebraError(msg)
    elif folder.exists() or model.startswith((".", "/", "~")) or model.count("/") > 1:
        msg = f"there is no model folder {model}; check --model"
        raise zebra.ZebraError(msg)
    else:
        _check_name(model)


def _check_name(model: str) -> None:
    """Look a name up on the Hugging Face hub, or in what was downloaded before."""
    from huggingface_hub import HfApi, errors, hf_hub_download, try_to_load_from_cache  # noqa: PLC0415

    offered = f"there is no model {model!r}: no folder of that name, and "
    try:
        if isinstance(try_to_load_from_cache(model, "config.json"), str):
            return
        HfApi().model_info(model, timeout=10)  # at once where there is no network; a download tries for half a minute
        hf_hub_download(model, "config.json")
    except errors.HFValidationError as wrong:
        msg = f"{offered}it is no name of the Hugging Face hub, which are like Qwen/Qwen3-0.6B"
        raise zebra.ZebraError(msg) from wrong
    except errors.GatedRepoError as wrong:
        msg = f"the model {model!r} is gated: ask for access on https://huggingface.co/{model}, then `hf auth login`"
        raise zebra.ZebraError(msg) from wrong
    except errors.RepositoryNotFoundError as wrong:
        msg = f"{offered}none on the Hugging Face hub (a private one needs `hf auth login`)"
        raise zebra.ZebraError(msg) from wrong
    except Exception as wrong:
        msg = (
            f"{offered}the Hugging Face hub cannot be asked for it ({type(wrong).__name__}); it was not downloaded "
            "before either: check the name, the network and HF_HUB_OFFLINE"
        )
        raise zebra.ZebraError(msg) from wrong


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
