"""`zebra generate`: from prompts and models to a pool."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import zebra_core as zebra
from zebra_core.cli.component_flags import command_with_flags, take_flags
from zebra_core.cli.options import loaded_plugins, plugin_options, recipe_from
from zebra_core.cli.progress_bar import progress
from zebra_core.plugins.flags import component_flags
from zebra_generate.asking.ask import Reporting, Settings
from zebra_generate.counting.prices import cost_of, read_prices
from zebra_generate.counting.progress import describe
from zebra_generate.counting.tables import failures, show_tallies
from zebra_generate.keeping.folder import Target
from zebra_generate.requests.candidates import Draw
from zebra_generate.requests.models import check_models, read_models
from zebra_generate.requests.prompts import read_prompts
from zebra_generate.run import generate as generate_pool
from zebra_generate.run import requests_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_generate.counting.prices import Price
    from zebra_generate.counting.tally import Tally

    Options = Mapping[str, Mapping[str, Any]]


@click.command(cls=command_with_flags("generator"))
@click.argument("prompts")
@click.option(
    "--model",
    "models",
    multiple=True,
    required=True,
    metavar="[NAME=]GENERATOR[:LOCATION]",
    help="A model to answer: its name in the pool, what generates, and what that calls the model; or a folder, or demo. Repeatable.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="The pool to write, a folder.")
@click.option("--system", default="", help="System message of the prompts that have none.")
@click.option("--limit", type=click.IntRange(min=1), help="Read only this many prompts.")
@click.option(
    "--candidates", type=click.IntRange(min=2), help="Models that answer each prompt, drawn by --seed.  [default: all]"
)
@click.option("--seed", default=0, show_default=True, help="Seed of the draw, and of the sampling.")
@click.option(
    "--batch",
    default=64,
    show_default=True,
    type=click.IntRange(min=1),
    help="Prompts that a generator gets at a time, unless it takes all.",
)
@click.option(
    "--price",
    "prices",
    multiple=True,
    metavar="[NAME=]IN,OUT",
    help="Dollars per million tokens of prompts and of responses, of one model or of all. Repeatable.",
)
@click.option("--retry-failed", is_flag=True, help="Send the requests again that failed.")
@click.option("--overwrite", is_flag=True, help="Replace the pool.")
@plugin_options
def generate(
    prompts: str,
    models: tuple[str, ...],
    output: Path,
    system: str,
    limit: int | None,
    candidates: int | None,
    seed: int,
    batch: int,
    prices: tuple[str, ...],
    *,
    retry_failed: bool,
    overwrite: bool,
    **arguments: object,
) -> None:
    """Let models answer PROMPTS (.jsonl, .parquet, .csv, .txt or hub:NAME), and write a pool for `zebra run --pool`.

    The same command resumes an interrupted run.
    """
    flags = take_flags(arguments, "generator")
    recipe = recipe_from(None, arguments)
    plugins = loaded_plugins(recipe.plugins)
    chosen = read_models(
        models, plugins, lambda each: each.bind(_values(each, recipe.options, flags, seed, plugins)), "--model"
    )
    _check_options(plugins, [model.generator.component for model in chosen], recipe.options, flags)
    check_models(chosen)
    price_of = read_prices(prices, [model.name for model in chosen])
    asked = read_prompts(prompts, system, limit)
    settings = Settings(batch, retry_failed, price_of)
    requests = requests_of(asked, chosen, Draw(candidates, seed))
    with plugins.stage("generation") as done, progress("generating", "requests", describe) as on_progress:
        reporting = Reporting(lambda text: click.echo(text, err=True), on_progress)
        tallies = generate_pool(requests, Target(output, overwrite), settings, reporting)
        done(output)
    _print(tallies, price_of, output)


def _values(
    generator: zebra.Component, options: Options, flags: Mapping[str, Any], seed: int, plugins: zebra.Plugins
) -> dict[str, Any]:
    """Return the options of a generator: the seed of the command, what `--set` names, and what flags set."""
    names = {option.flag_name: name for name, option in generator.options.items()}
    seeds = {"seed": seed} if "seed" in generator.options else {}
    own = {names[flag]: value for flag, value in flags.items() if flag in names}
    return {**seeds, **zebra.options_for(generator, options, plugins), **own}


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


def _print(tallies: Mapping[str, Tally], prices: Mapping[str, Price], output: Path) -> None:
    show_tallies(tallies)
    if prices:
        total = sum(cost_of(each, prices[name]) for name, each in tallies.items() if name in prices)
        click.echo(f"\nIt cost ${total:,.2f}")
    path = zebra.storage.shown(output)
    if failed := failures(tallies):
        click.echo(f"\n{failed}")
    click.echo(f"\nThe pool is {path}; zebra run --pool {path} reads it")
