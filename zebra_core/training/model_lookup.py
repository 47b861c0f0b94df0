"""Look a model up before anything slow happens."""

from __future__ import annotations

from pathlib import Path

from zebra_core.errors import ZebraError


def check_model(model: str, *, adapters: bool = False) -> None:
    """Raise ZebraError if there is no such model, a folder or a name on the Hugging Face Hub; `adapters` allows adapters."""
    folder = Path(model)
    if folder.is_dir():
        _check_folder(folder, adapters=adapters)
    elif folder.exists() or model.startswith((".", "/", "~")) or model.count("/") > 1:
        msg = f"there is no model folder {model}; check the path"
        raise ZebraError(msg)
    else:
        _check_name(model)


def _check_folder(folder: Path, *, adapters: bool) -> None:
    adapter, whole = ((folder / name).is_file() for name in ("adapter_config.json", "config.json"))
    if whole or (adapter and adapters):
        return
    if adapter:
        msg = f"{folder} is an adapter; train it with --lora ...,merge=true to get a complete model to continue from"
    else:
        msg = f"{folder} is not a model: it has no config.json; a model is a folder written by `save_pretrained`"
    raise ZebraError(msg)


def _check_name(model: str) -> None:
    """Look a name up in the local cache, then on the Hugging Face Hub."""
    from huggingface_hub import HfApi, errors, hf_hub_download, try_to_load_from_cache  # noqa: PLC0415

    missing = f"there is no model {model!r}: no folder has that name, and "
    try:
        if isinstance(try_to_load_from_cache(model, "config.json"), str):
            return
        HfApi().model_info(model, timeout=10)  # fails at once without a network; a download tries for half a minute
        hf_hub_download(model, "config.json")
    except errors.HFValidationError as error:
        msg = f"{missing}it is not a valid name on the Hugging Face Hub, such as Qwen/Qwen3-0.6B"
        raise ZebraError(msg) from error
    except errors.GatedRepoError as error:
        msg = (
            f"the model {model!r} is gated: request access at https://huggingface.co/{model}, then run `hf auth login`"
        )
        raise ZebraError(msg) from error
    except errors.RepositoryNotFoundError as error:
        msg = f"{missing}no model on the Hugging Face Hub does (a private one needs `hf auth login`)"
        raise ZebraError(msg) from error
    except Exception as error:
        msg = (
            f"{missing}the Hugging Face Hub cannot be reached ({type(error).__name__}); the model is not in the local cache "
            "either: check the name, the network and HF_HUB_OFFLINE"
        )
        raise ZebraError(msg) from error
