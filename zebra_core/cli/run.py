"""`zebra run`: build a preference dataset."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zebra_core.cli.component_flags import command_with_flags, recipe_of_run
from zebra_core.cli.options import (
    PAIRING,
    completed_recipe,
    loaded_plugins,
    plugin_options,
    recipe_options,
    score_options,
)
from zebra_core.cli.train import train_and_report, train_command, trained_folder, training_options
from zebra_core.errors import ZebraError
from zebra_core.plugins.consent import trust_option

if TYPE_CHECKING:
    from zebra_core.dataset.dataset import Dataset
    from zebra_core.pipeline import Run
    from zebra_core.recipe.exports import Export
    from zebra_core.recipe.recipe import Recipe

DEFAULT_OUTPUT = "zebra-dataset"


@click.command(cls=command_with_flags("pool", "trainer", "evaluator"))
@click.argument("recipe", required=False, shell_complete=completed_recipe)
@recipe_options("pool", "filters")
@score_options
@recipe_options(
    "strategy", "rule", "columns", "engine", *PAIRING, "strict", "seed", "shard_rows", "compression", "export"
)
@training_options
@click.option(
    "--trained", metavar="DIR", type=click.Path(), help="Folder of the trained model.  [default: OUTPUT-TRAINER]"
)
@plugin_options
@trust_option
@click.option("--workers", default=0, show_default="one per core", type=click.IntRange(0), help="Shards built at once.")
@click.option("-o", "--output", default=DEFAULT_OUTPUT, show_default=True, type=click.Path(), help="Folder to write.")
@click.option(
    "--report/--no-report",
    default=True,
    envvar="ZEBRA_REPORT",
    help="Write a report beside the dataset.  [default: report]",
)
@click.option("--overwrite", is_flag=True, help="Replace the dataset in the output folder.")
def run(
    recipe: str | None,
    output: str,
    workers: int,
    trained: str | None,
    launch: str | None,
    *,
    overwrite: bool,
    resume: bool | None,
    report: bool,
    **arguments: object,
) -> None:
    """Build a preference dataset from a response pool and benchmark scores, and train on it if --trainer or --model is given.

    A pool that models are asked for is made first, and with the flag of an evaluator the trained model is evaluated.

    Without any option it builds one from an embedded pool. RECIPE, a TOML file or a name that `zebra plugins` lists, holds
    the same options, and options given here take precedence; every dataset's folder has the recipe.toml that builds it again.
    """
    from zebra_core import storage  # noqa: PLC0415
    from zebra_core.cli import output as show  # noqa: PLC0415
    from zebra_core.cli.evaluate import evaluate_and_report  # noqa: PLC0415
    from zebra_core.cli.progress_bar import progress  # noqa: PLC0415
    from zebra_core.pipeline import prepare  # noqa: PLC0415
    from zebra_core.training.relaunch import relaunch  # noqa: PLC0415

    chosen = recipe_of_run(recipe, arguments)
    _check(chosen, output, trained, launch, overwrite=overwrite)
    ready = prepare(chosen, loaded_plugins(chosen.plugins))
    show.selections(ready)
    show.score_warnings(ready.warnings)
    model = trained_folder(ready.training, output, trained) if ready.training else ""
    dataset = None if overwrite or not ready.training else ready.existing(output)
    if ready.training and not ready.evaluators:
        ready.training.check_free(output if dataset else None, model, overwrite=overwrite)
    exports = _exports(ready, output)
    if dataset is None:
        for export in exports:
            export.check_free(overwrite=overwrite)
        with progress() as on_progress:
            dataset = ready.write(output, overwrite=overwrite, workers=workers, on_progress=on_progress, log=show.line)
    else:
        show.line(f"the dataset in {output} is already what this run would write")
    show.summary(dataset)
    if report:
        with ready.plugins.stage("summary") as done:
            done(dataset)
    for export in exports:
        _write(export, dataset, overwrite=overwrite)
    if ready.training and ready.evaluators and not overwrite and ready.training.is_done(output, model):
        show.line(f"the model in {model} is already what this run would train")
    elif ready.training:
        relaunch(launch, train_command(chosen, ready.training, output, model, overwrite=overwrite, resume=resume))
        train_and_report(ready.training, output, model, overwrite=overwrite, resume=resume)
    if ready.evaluators:
        evaluate_and_report(ready.plugins, ready.evaluators, model, Path(f"{model}-evaluation"))
        click.echo(f"\nEverything measured is in {storage.shown(model)}-evaluation/")


def _exports(ready: Run, output: str) -> list[Export]:
    """Return the exports of a run, whose folders are beside the dataset."""
    from zebra_core import storage  # noqa: PLC0415
    from zebra_core.recipe.exports import Export  # noqa: PLC0415

    names = {exporter.component.name: exporter for exporter in ready.exporters}
    place = output.rstrip("/")
    return [Export(ready.plugins, each, storage.place(f"{place}-{name}")) for name, each in names.items()]


def _write(export: Export, dataset: Dataset, *, overwrite: bool) -> None:
    """Write an export, unless it is there already, and print where it is."""
    from zebra_core import storage  # noqa: PLC0415
    from zebra_core.cli import output as show  # noqa: PLC0415

    place, form = storage.shown(export.output), export.exporter.component.name
    if not overwrite and export.is_done(dataset):
        show.line(f"the export in {place} is already what this run would write")
        return
    export.write(dataset, overwrite=overwrite, log=show.line)
    show.line(f"the export for {form} is in {place}")


def _check(recipe: Recipe, output: str, trained: str | None, launch: str | None, *, overwrite: bool) -> None:
    """Raise ZebraError for what cannot work whatever the pool and the scores are."""
    from zebra_core import storage  # noqa: PLC0415
    from zebra_core.dataset.manifest import MANIFEST  # noqa: PLC0415
    from zebra_core.dataset.staging import check_free  # noqa: PLC0415

    if not (recipe.trainer or recipe.model):
        check_free(storage.place(output), MANIFEST, "dataset", overwrite=overwrite)
        if trained:
            msg = "--trained is the folder of a trained model, but nothing is trained; add --trainer or --model"
            raise ZebraError(msg)
    if recipe.evaluation and launch:
        msg = "--launch ends with the training; leave out the evaluation, and give `zebra evaluate` the trained model"
        raise ZebraError(msg)
