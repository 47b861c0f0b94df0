"""`zebra plugin new`: a complete package to start from."""

from __future__ import annotations

import click

import zebra_core as zebra
from zebra_authoring.names import make_names
from zebra_authoring.scaffold import LICENCES, Package, kinds


@click.command()
@click.argument("name")
@click.option("--kind", type=click.Choice(list(kinds())), required=True, help="What the plugin adds.")
@click.option(
    "--licence", type=click.Choice(list(LICENCES)), default="MIT", show_default=True, help="The licence of the package."
)
@click.option(
    "-o", "--output", metavar="FOLDER", help="The folder to write, which must not exist.  [default: zebra-NAME]"
)
def new(name: str, kind: str, licence: str, output: str | None) -> None:
    """Write a package with a working component of a kind, its tests, and a workflow that runs them."""
    names = make_names(name)
    package = Package(names, kind, licence)
    folder = zebra.storage.place(output or names.distribution)
    package.write(folder)
    click.echo(
        f"The {kind.replace('-', ' ')} {names.name!r} is in {folder}/{names.module}.py, its tests in {folder}/tests/\n\nNext:"
    )
    commands = (f"cd {folder}", 'python -m pip install -e ".[test]"', "python -m pytest", *package.usage.splitlines())
    click.echo("\n".join(f"  {command}" for command in commands))
