"""Readers of the files that other tools write, and of public datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import zebra_core as zebra


def readers() -> zebra.Components:
    """Return the readers by name."""
    from zebra_pools.formats.arena import Arena
    from zebra_pools.formats.completions import ChatCompletions
    from zebra_pools.formats.conversations import Conversations
    from zebra_pools.formats.file_per_model import FilePerModel
    from zebra_pools.formats.harness import LightevalDetails, LmEvalSamples
    from zebra_pools.formats.inspect_samples import InspectSamples
    from zebra_pools.formats.lists import Distilabel, Nectar
    from zebra_pools.formats.model_answers import ModelAnswers
    from zebra_pools.formats.oasst import Oasst

    return {
        "file-per-model": FilePerModel,
        "model-answers": ModelAnswers,
        "lm-eval-samples": LmEvalSamples,
        "lighteval-details": LightevalDetails,
        "inspect-samples": InspectSamples,
        "chat-completions": ChatCompletions,
        "distilabel": Distilabel,
        "nectar": Nectar,
        "arena": Arena,
        "oasst": Oasst,
        "conversations": Conversations,
    }
