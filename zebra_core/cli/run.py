"""`zebra run`: build a preference dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from zebra_core.checkpoints import check_output
from zebra_core.cli.launch import launched
from zebra_core.cli.options import completed, plugin_options, recipe_from, score_options
from zebra_core.cli.train import carry_out, train_command, trained_folder, training_options
from zebra_core.errors import ZebraError

DEFAULT_OUTPUT = "zebra-dataset"


@click.command()
@click.argument("recipe", required=False, type=click.Path(dir_okay=False))
@click.option(
    "--pool",
    metavar="FILE|DIR|hub:NAME",
    shell_complete=completed("pool"),
    help="Response pool; READER:LOCATION names the reader.  [default: demo]",
)
@score_options
@click.option(
    "--strategy", metavar="NAME", shell_complete=completed("strategy"), help="Which responses to pair.  [default: sup]"
)
@click.option(
    "--rule", metavar="NAME", shell_complete=completed("rule"), help="Which response is chosen.  [default: superiority]"
)
@click.option(
    "--engine", metavar="NAME", shell_complete=completed("engine"), help="What does the work.  [default: local]"
)
@click.option(
    "--scope",
    type=click.Choice(["instruction", "global"]),
    help="Choose among the models that answered the instruction, or one pair for the whole pool.  [default: instruction]",
)
@click.option("--threshold", type=float, help="Least similarity of a pair, tau.  [default: 0.1]")
@click.option("--min-gap", type=float, help="Least superiority gap of a pair.  [default: 0]")
@click.option("--min-confidence", type=float, help="Least confidence that the better model is better.  [default: 0]")
@click.option("--pairs", type=int, help="Pairs per instruction at the most.  [default: 1]")
@click.option(
    "--strict/--no-strict",
    default=None,
    help="Stop at a row of the pool that cannot be used; else it is left out and listed in rejected_rows.jsonl.",
)
@click.option("--seed", type=int, help="Seed of whatever is drawn.  [default: 0]")
@click.option("--shard-rows", type=int, help="Instructions per output file, about.  [default: 16384]")
@click.option("--compression", metavar="CODEC", help="zstd, zstd:LEVEL, snappy, gzip, lz4 or none.  [default: zstd]")
@training_options
@click.option(
    "--trained", metavar="DIR", type=click.Path(), help="Folder of the trained model.  [default: OUTPUT-TRAINER]"
)
@plugin_options
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
    **said: Any,
) -> None:
    """Build a preference dataset from a response pool and benchmark scores, and train on it where --trainer or --model says so.

    Without any option it builds one from an embedded pool. RECIPE.toml holds the same options, and options given here
    weigh more; every dataset's folder has the recipe.toml that builds it again.
    """
    from zebra_core.cli import show  # noqa: PLC0415
    from zebra_core.cli.bar import progress  # noqa: PLC0415
    from zebra_core.pipeline import prepare  # noqa: PLC0415

    chosen = recipe_from(recipe, said)
    ready = prepare(chosen)
    show.warnings(ready.plugins)
    show.choices(ready)
    show.doubts(ready.doubts)
    if trained and not ready.training:
        msg = "--trained is the folder of a trained model, and nothing is trained; say --trainer or --model"
        raise ZebraError(msg)
    if ready.training:
        trained = trained_folder(ready.training, output, trained)
        check_output(Path(trained), overwrite=overwrite)
    dataset = None if overwrite or not ready.training else ready.written(output)
    if dataset is None:
        with progress() as watch:
            dataset = ready.write(output, overwrite=overwrite, workers=workers, watch=watch, say=show.line)
    else:
        show.line(f"the dataset is in {output} already, as this run would write it")
    show.summary(dataset)
    if report:
        show.report(output, ready.plugins)
    if ready.training:
        launched(launch, train_command(chosen, ready.training, output, trained, overwrite=overwrite, resume=resume))
        carry_out(ready.training, output, trained, overwrite=overwrite, resume=resume)
