"""The libraries of the extra `train`: checked before use, and kept quiet."""

from __future__ import annotations

import os
import warnings

import zebra_core as zebra

NEEDED = ("trl", "torch", "transformers", "peft", "accelerate", "vl_convert")


def require_train() -> None:
    """Raise ZebraError if the extra `train` is not installed."""
    zebra.require_extra("train", "training", NEEDED)


def be_quiet(*, telemetry: bool = False) -> None:
    """Silence the libraries' own output, and, unless `telemetry`, their reports to Hugging Face."""
    import datasets  # noqa: PLC0415
    import transformers  # noqa: PLC0415
    from huggingface_hub import constants  # noqa: PLC0415

    if not telemetry:
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        constants.HF_HUB_DISABLE_TELEMETRY = True
    os.environ["TQDM_DISABLE"] = "1"
    datasets.disable_progress_bars()
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    warnings.filterwarnings("ignore", module="transformers|torch|trl|accelerate|peft")
