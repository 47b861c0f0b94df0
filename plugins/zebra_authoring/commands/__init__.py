"""`zebra plugin`: one module for each of its commands."""

from __future__ import annotations

import click


@click.group()
def plugin() -> None:
    """Start a plugin, or check one."""
