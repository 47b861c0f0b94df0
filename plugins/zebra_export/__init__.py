"""What becomes of a dataset: extra columns, and files in the forms that other tools read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_columns() -> zebra.Components:
    """Offer the columns by name."""
    from zebra_export.columns import lengths

    return {"lengths": lengths}


@zebra.hookimpl
def zebra_exporters() -> zebra.Components:
    """Offer the exporters by name."""
    from zebra_export.formats import (
        conversations,
        distilabel,
        llama_factory,
        nemo_rl,
        own,
        services,
        single,
        tables,
        text,
    )

    return {
        "argilla": services.Argilla,
        "axolotl": own.Axolotl,
        "csv": tables.Csv,
        "distilabel": distilabel.Distilabel,
        "jsonl": tables.Jsonl,
        "kto": single.Kto,
        "llama-factory": llama_factory.LlamaFactory,
        "ms-swift": conversations.MsSwift,
        "nemo-rl": nemo_rl.NemoRl,
        "openai-preference": services.OpenAiPreference,
        "openrlhf": own.OpenRlhf,
        "rewardbench": conversations.RewardBench,
        "sft": single.Sft,
        "text": text.Text,
        "torchtune": conversations.Torchtune,
        "trl": own.Trl,
        "trl-implicit": conversations.TrlImplicit,
        "unsloth": own.Unsloth,
        "verl": single.Verl,
    }


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra export`."""
    return [
        zebra.lazy_command(
            "export", "zebra_export.command:export", "Write a dataset in the form that another tool reads."
        )
    ]
