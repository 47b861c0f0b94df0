"""`zebra tiny-model`: a model to try training with."""

from __future__ import annotations

from pathlib import Path

import click

import zebra_core as zebra
from zebra_trl.models.tiny import make_tiny


@click.command("tiny-model")
@click.argument("folder", type=click.Path(path_type=Path))
def tiny_model(folder: Path) -> None:
    """Write a model of 130,000 weights, made from scratch, to try training with."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} exists already; choose another folder"
        raise zebra.ZebraError(msg)
    make_tiny(folder)
    click.echo(f"The model is in {folder}/")
