"""`zebra evaluate`: measure a trained model, and add it to the next round's scores."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zebra_core.cli.component_flags import command_with_flags, component_flags, take_flags
from zebra_core.cli.options import (
    completed,
    completed_recipe,
    loaded_plugins,
    named_plugins,
    plugin_options,
    recipe_from,
)
from zebra_core.plugins.consent import trust_option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_core.evaluation import Evaluation
    from zebra_core.plugins.discovery import Plugins


def requested_evaluators(
    plugins: Plugins, flags: Mapping[str, Any], evaluators: Sequence[str] = ()
) -> dict[str, dict[str, Any]]:
    """Return the evaluators that are named, or requested by a flag, with the values of their flags.

    `flags` are values by the flag's name, as `take_flags` returns them. A flag that does not request its evaluator on its own
    applies only if that evaluator is requested.
    """
    requested: dict[str, dict[str, Any]] = {plugins.find("evaluator", name).name: {} for name in evaluators}
    owners = [owner for entry in component_flags(plugins, "evaluator").values() for owner in entry]
    for component, option in owners:
        if option.flag_name in flags and option.info.requests:
            requested.setdefault(component.name, {})
    for component, option in owners:
        if option.flag_name in flags:
            requested.setdefault(component.name, {})[option.name] = flags[option.flag_name]
    return requested


def ask_about_recipe(plugins: Plugins, recipe: Mapping[str, Any]) -> None:
    """Ask whether to run the code in the options of evaluators that a recipe sets, also by flags in its table `evaluation`.

    Raise ZebraError if the user declines, or if there is no terminal to ask on and no --trust.
    """
    from zebra_core.plugins.consent import ask_about_options  # noqa: PLC0415
    from zebra_core.recipe.options import flatten, options_for  # noqa: PLC0415

    options, flags = flatten(recipe.get("options", {}), "the recipe"), recipe.get("evaluation", {})
    pairs = [(each, option) for each in plugins.of_kind("evaluator") for option in each.options.values()]
    settings = [(each, option, options_for(each, options).get(option.name)) for each, option in pairs]
    ask_about_options([*settings, *((each, option, flags.get(option.flag_name)) for each, option in pairs)])


@click.command(cls=command_with_flags("evaluator"))
@click.argument("model")
@click.option(
    "--evaluator",
    "evaluators",
    multiple=True,
    metavar="NAME",
    shell_complete=completed("evaluator"),
    help="Another evaluator to measure the model with. Repeatable.",
)
@click.option("--name", default="", help="Name of the model in the table.  [default: the folder's name]")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for everything measured.  [default: MODEL-evaluation]",
)
@click.option(
    "--add-to", type=click.Path(dir_okay=False, path_type=Path), help="CSV file of scores to add the model to as a row."
)
@click.option("--overwrite", is_flag=True, help="Replace the model's scores in the table.")
@click.option(
    "--recipe",
    metavar="FILE|NAME",
    shell_complete=completed_recipe,
    help="A recipe whose plugins and options to use.",
)
@plugin_options
@trust_option
def evaluate(
    model: str,
    evaluators: tuple[str, ...],
    name: str,
    output: Path | None,
    add_to: Path | None,
    recipe: str | None,
    *,
    overwrite: bool,
    **arguments: object,
) -> None:
    """Measure MODEL, a folder or a name on the Hugging Face Hub."""
    from zebra_core.evaluation import evaluate, name_of, select_evaluators  # noqa: PLC0415
    from zebra_core.recipe.reading import read_recipe  # noqa: PLC0415
    from zebra_core.scores.csv_row import check_row  # noqa: PLC0415

    flags = take_flags(arguments, "evaluator")
    values = read_recipe(recipe, named_plugins()) if recipe else {}
    chosen = recipe_from(recipe, arguments)
    plugins = loaded_plugins(chosen.plugins)
    ask_about_recipe(plugins, values)
    requested = requested_evaluators(plugins, flags, evaluators)
    if add_to:
        check_row(add_to, name or name_of(model), overwrite=overwrite)
    folder = output or Path(f"{Path(name_of(model)).name}-evaluation")
    evaluation = evaluate(plugins, select_evaluators(plugins, requested, chosen.options), model, folder, name)
    _print_scores(evaluation)
    if add_to:
        evaluation.add_to(add_to, overwrite=overwrite)
        click.echo(f"\n{evaluation.model} is a row of {add_to}; zebra behavior --scores {add_to} shows its relatives")
    click.echo(f"\nEverything measured is in {folder}/")


def _print_scores(evaluation: Evaluation) -> None:
    """Print the scores, with their standard errors if known."""
    table = evaluation.table
    for note in table.notes:
        click.echo(f"  Note: {note}")
    for benchmark, value, error in zip(table.benchmarks, table.values[0], table.stderr[0], strict=True):
        click.echo(f"  {benchmark.name:40} {value:.4f}" + ("" if math.isnan(error) else f" ± {error:.4f}"))
