"""`zebra rounds`: pair and train in rounds."""

from __future__ import annotations

from pathlib import Path

import attrs
import click

from zebra_core.cli.component_flags import command_with_flags, recipe_of_run
from zebra_core.cli.options import (
    PAIRING,
    completed,
    completed_recipe,
    loaded_plugins,
    plugin_options,
    recipe_options,
    score_options,
)
from zebra_core.cli.train import training_options
from zebra_core.plugins.consent import trust_option

OUTPUT = "zebra-rounds"


@click.command(cls=command_with_flags("pool", "trainer", "evaluator"))
@click.argument("recipe", required=False, shell_complete=completed_recipe)
@click.option(
    "--rounds", "count", default=3, show_default=True, type=click.IntRange(1), help="How often to pair and train."
)
@click.option(
    "--schedule",
    default="",
    metavar="NAME",
    shell_complete=completed("schedule"),
    help="Which pairs the policy learns from in each round.  [default: static]",
)
@recipe_options("pool", "filters")
@score_options
@recipe_options("strategy", "rule", "columns", "engine", *PAIRING, "strict", "seed", "shard_rows", "compression")
@training_options
@plugin_options
@trust_option
@click.option(
    "-o",
    "--output",
    default=OUTPUT,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of all rounds.",
)
@click.option(
    "--report/--no-report",
    default=True,
    envvar="ZEBRA_REPORT",
    help="Write a report of each round's dataset, and a page that compares the rounds.  [default: report]",
)
@click.option("--overwrite", is_flag=True, help="Replace datasets and models that other rounds left in the folder.")
def rounds(
    recipe: str | None,
    count: int,
    schedule: str,
    output: Path,
    launch: str | None,
    *,
    resume: bool | None,
    report: bool,
    overwrite: bool,
    **arguments: object,
) -> None:
    """Pair and train in rounds: after each, the policy is measured on all pairs that could be picked, and a schedule picks the next.

    RECIPE and the options are those of `zebra run`. The same command resumes after an interruption: what is finished is kept.
    """
    from zebra_core.cli import output as show  # noqa: PLC0415
    from zebra_core.training.relaunch import launch_command  # noqa: PLC0415
    from zebra_rounds.preparation import prepare_rounds  # noqa: PLC0415
    from zebra_rounds.report import report_rounds, show_results  # noqa: PLC0415

    if launch:
        launch_command(launch, [])
    chosen = recipe_of_run(recipe, arguments)
    plugins = loaded_plugins(chosen.plugins)
    ready = prepare_rounds(chosen, plugins, schedule, count, output)
    show.selections(ready.shown)
    show.score_warnings(ready.run.warnings)
    ready = attrs.evolve(
        ready, overwrite=overwrite, resume=resume is not False, launch=launch, report=report, log=show.line
    )
    with plugins.stage("rounds") as done:
        results = ready.execute()
        done(ready.output)
    show_results(results)
    if report:
        report_rounds(results, ready)
    click.echo(f"\nThe trained model is in {ready.model(count)}/")
