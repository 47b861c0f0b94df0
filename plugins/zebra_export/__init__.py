"""What becomes of a dataset: extra columns, and files of another form."""

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
    from zebra_export.json_lines import jsonl

    return {"jsonl": jsonl}


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra export`."""
    return [zebra.lazy_command("export", "zebra_export.command:export", "Write a dataset as files of another form.")]
