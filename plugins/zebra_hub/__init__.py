"""Sharing: datasets and trained models on the Hugging Face Hub, and evaluations in the schema of every_eval_ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click

    from zebra_core.evaluation import Evaluation


@zebra.hookimpl
def zebra_stage_done(stage: str, result: Evaluation) -> None:
    """Write the log of an evaluation beside its scores."""
    if stage == "evaluation":
        from zebra_hub.evaluation_log import write_log

        write_log(result)


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra push`."""
    return [
        zebra.lazy_command("push", "zebra_hub.command:push", "Publish a dataset or a model on the Hugging Face Hub.")
    ]
