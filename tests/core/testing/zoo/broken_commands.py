"""Commands that each break one contract."""

import click

import zebra_core as zebra


@zebra.hookimpl
def zebra_commands():
    return [silent, tolerant, helpless]


@click.command("silent")
def silent():
    pass


@click.command("tolerant", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1)
def tolerant(words):
    """Take any option."""


class Helpless(click.Command):
    """A command whose help fails."""

    def get_help(self, ctx):
        raise RuntimeError


@click.command("helpless", cls=Helpless)
def helpless():
    """Help nobody."""
