"""`zebra plugin`: one module for each of its commands."""

from __future__ import annotations

import click

import zebra_core as zebra


@click.group()
def plugin() -> None:
    """Start a plugin, or check one."""


plugin.add_command(
    zebra.lazy_command("check", "zebra_authoring.commands.check:check", "Check that components keep their contracts.")
)
plugin.add_command(
    zebra.lazy_command("new", "zebra_authoring.commands.new:new", "Write a package to start a plugin from.")
)
