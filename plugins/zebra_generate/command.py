"""`zebra generate`: from prompts and models to a pool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import zebra_core as zebra
from zebra_core.cli.component_flags import command_with_flags, component_flags, take_flags
from zebra_core.cli.options import loaded_plugins, plugin_options, recipe_from
from zebra_core.cli.output import table
from zebra_core.cli.progress_bar import progress
from zebra_generate.prompts import read_prompts
from zebra_generate.run import Answers, Model
from zebra_generate.run import generate as generate_pool

if TYPE_CHECKING:
    from collections.abc import Mapping

    Options = Mapping[str, Mapping[str, Any]]


@click.command(cls=command_with_flags("generator"))
@click.argument("prompts", type=click.Path(path_type=Path))
@click.option(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="NAME=GENERATOR[:LOCATION]",
    help="A model to answer: its name in the pool, what generates, and what that calls the model. Repeatable.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), required=True, help="The pool to write, a .jsonl file."
)
@click.option(
    "--batch",
    default=64,
    show_default=True,
    type=click.IntRange(min=1),
    help="Prompts that a generator gets at a time.",
)
@click.option("--overwrite", is_flag=True, help="Replace the pool.")
@plugin_options
def generate(
    prompts: Path, models: tuple[str, ...], output: Path, batch: int, *, overwrite: bool, **arguments: object
) -> None:
    """Let models answer PROMPTS (.jsonl, or .txt with one per line), and write a pool for `zebra run --pool`.

    The same command resumes an interrupted run.
    """
    flags = take_flags(arguments, "generator")
    recipe = recipe_from(None, arguments)
    plugins = loaded_plugins(recipe.plugins)
    chosen = _models(plugins, models, recipe.options, flags)
    asked = read_prompts(prompts)
    if output.suffix.casefold() != ".jsonl":
        msg = f"the pool is written as JSON lines, and {output} does not end in .jsonl; choose another --output"
        raise zebra.ZebraError(msg)
    with plugins.stage("generation") as done, progress("generating") as on_progress:
        answers = generate_pool(
            asked,
            chosen,
            output,
            batch=batch,
            overwrite=overwrite,
            log=lambda text: click.echo(text, err=True),
            on_progress=on_progress,
        )
        done(output)
    _print(answers, output)


def _models(plugins: zebra.Plugins, texts: tuple[str, ...], options: Options, flags: Mapping[str, Any]) -> list[Model]:
    """Return the models with their generators bound. Raise ZebraError for a name or an option that does not fit."""
    places = [_place(plugins, text) for text in texts]
    names = [name for name, _, _ in places]
    if repeated := [name for at, name in enumerate(names) if name in names[:at]]:
        msg = f"--model {repeated[0]} is given twice; give each model a name of its own"
        raise zebra.ZebraError(msg)
    generators = [generator for _, generator, _ in places]
    _check_options(plugins, generators, options, flags)
    return [
        Model(
            name, generator.bind({**zebra.options_for(generator, options, plugins), **_values(generator, flags)}), where
        )
        for name, generator, where in places
    ]


def _place(plugins: zebra.Plugins, text: str) -> tuple[str, zebra.Component, str]:
    """Split NAME=GENERATOR[:LOCATION]; the location of a model without one is its name."""
    name, equals, rest = text.partition("=")
    if not (equals and name.strip() and rest.strip()):
        msg = f"--model expects NAME=GENERATOR[:LOCATION], such as mine=command:./answer.py, got {text!r}"
        raise zebra.ZebraError(msg)
    generator, location = plugins.locate("generator", rest.strip())
    if generator is None:
        what = "generator"
        raise zebra.unknown(what, rest.partition(":")[0], [each.name for each in plugins.of_kind("generator")])
    return name.strip(), generator, location or name.strip()


def _values(generator: zebra.Component, flags: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a generator that flags set."""
    names = {option.flag_name: name for name, option in generator.options.items()}
    return {names[flag]: value for flag, value in flags.items() if flag in names}


def _check_options(
    plugins: zebra.Plugins, generators: list[zebra.Component], options: Options, flags: Mapping[str, Any]
) -> None:
    """Raise ZebraError for an option or a flag of a generator that no model uses."""
    targets = {target for generator in generators for target in zebra.names_of(generator)}
    unused = [f"{target}.{name}" for target, values in options.items() if target not in targets for name in values]
    owners = component_flags(plugins, "generator")
    unused += [
        flag
        for flag, owned in owners.items()
        if owned[0][1].flag_name in flags and not any(component in generators for component, _ in owned)
    ]
    if unused:
        msg = f"the option {unused[0]} is set, but no --model uses its generator; leave it out, or name the generator"
        raise zebra.ZebraError(msg)


def _print(answers: Mapping[str, Answers], output: Path) -> None:
    rows = [[name, *map("{:,}".format, (each.given, each.missing, each.empty))] for name, each in answers.items()]
    table(["model", "responses", "missing", "empty"], rows, right=True)
    click.echo(f"\nThe pool is {zebra.storage.shown(output)}; zebra run --pool {zebra.storage.shown(output)} reads it")
