"""`zebra evaluate`: measure a trained model, and add it to the next round's scores."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zebra_core.cli.component_flags import command_with_flags, take_flags
from zebra_core.cli.options import (
    ask_about_recipe,
    completed,
    completed_recipe,
    loaded_plugins,
    plugin_options,
    recipe_from,
)
from zebra_core.plugins.consent import trust_option

if TYPE_CHECKING:
    from zebra_core.evaluation import Evaluation, Evaluators
    from zebra_core.plugins.discovery import Plugins


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
    from zebra_core.evaluation import name_of, requested_evaluators, select_evaluators  # noqa: PLC0415
    from zebra_core.scores.csv_row import check_row  # noqa: PLC0415

    flags = take_flags(arguments, "evaluator")
    chosen = recipe_from(recipe, arguments)
    plugins = loaded_plugins(chosen.plugins)
    ask_about_recipe(plugins, recipe)
    requested = requested_evaluators(plugins, flags, evaluators)
    if add_to:
        check_row(add_to, name or name_of(model), overwrite=overwrite)
    folder = output or Path(f"{Path(name_of(model)).name}-evaluation")
    selected = select_evaluators(plugins, requested, chosen.options)
    evaluation = evaluate_and_report(plugins, selected, model, folder, name)
    if add_to:
        evaluation.add_to(add_to, overwrite=overwrite)
        click.echo(f"\n{evaluation.model} is a row of {add_to}; zebra behavior --scores {add_to} shows its relatives")
    click.echo(f"\nEverything measured is in {folder}/")


def evaluate_and_report(
    plugins: Plugins, evaluators: Evaluators, model: str, folder: Path, name: str = ""
) -> Evaluation:
    """Measure a model, and print the scores, with their standard errors if known."""
    from zebra_core.evaluation import evaluate  # noqa: PLC0415

    evaluation = evaluate(plugins, evaluators, model, folder, name)
    table = evaluation.table
    for note in table.notes:
        click.echo(f"  Note: {note}")
    for benchmark, value, error in zip(table.benchmarks, table.values[0], table.stderr[0], strict=True):
        click.echo(f"  {benchmark.name:40} {value:.4f}" + ("" if math.isnan(error) else f" ± {error:.4f}"))
    return evaluation
