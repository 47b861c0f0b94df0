"""Looking a model up, before anything slow."""

from __future__ import annotations

from pathlib import Path

from zebra_core.errors import ZebraError


def check_model(model: str, *, adapters: bool = False) -> None:
    """Raise ZebraError where there is no such model, a folder or a name of the Hugging Face hub; `adapters` are models, too."""
    folder = Path(model)
    if folder.is_dir():
        adapter = (folder / "adapter_config.json").is_file()
        if adapter and adapters:
            return
        if adapter and not (folder / "config.json").is_file():
            msg = f"{model} is an adapter; train it with --lora ...,merge=true to have a whole model to go on from"
            raise ZebraError(msg)
        if not (folder / "config.json").is_file():
            msg = f"{model} is no model: it has no config.json; a model is a folder that `save_pretrained` wrote"
            raise ZebraError(msg)
    elif folder.exists() or model.startswith((".", "/", "~")) or model.count("/") > 1:
        msg = f"there is no model folder {model}; check the path"
        raise ZebraError(msg)
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
        raise ZebraError(msg) from wrong
    except errors.GatedRepoError as wrong:
        msg = f"the model {model!r} is gated: ask for access on https://huggingface.co/{model}, then `hf auth login`"
        raise ZebraError(msg) from wrong
    except errors.RepositoryNotFoundError as wrong:
        msg = f"{offered}none on the Hugging Face hub (a private one needs `hf auth login`)"
        raise ZebraError(msg) from wrong
    except Exception as wrong:
        msg = (
            f"{offered}the Hugging Face hub cannot be asked for it ({type(wrong).__name__}); it was not downloaded "
            "before either: check the name, the network and HF_HUB_OFFLINE"
        )
        raise ZebraError(msg) from wrong
