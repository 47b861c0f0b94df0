"""`zebra train`: a model from a preference dataset."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zebra_core import storage
from zebra_core.cli.component_flags import command_with_flags, take_flags, with_trainer_flags
from zebra_core.cli.options import (
    ask_for_plugins,
    completed_recipe,
    loaded_plugins,
    plugin_options,
    recipe_from,
    recipe_options,
)
from zebra_core.plugins.consent import trust_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from zebra_core.recipe.recipe import Recipe
    from zebra_core.training.chain import Chain
    from zebra_core.training.trainer import Training


def training_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every training; a trainer's own flags are added by the command's class."""
    resume = click.option(
        "--resume/--no-resume",
        default=None,
        help="Resume from the checkpoints of an interrupted training, or start over.  [default: resume if there are any]",
    )
    launch = click.option(
        "--launch", metavar="HOW", help="torchrun:N, or accelerate:CONFIG.yaml: train with several processes."
    )
    return recipe_options("trainer", "model")(launch(resume(command)))


@click.command(cls=command_with_flags("trainer"))
@click.argument("dataset")
@training_options
@plugin_options
@trust_option
@click.option("-o", "--output", type=click.Path(), help="Folder of the trained model.  [default: DATASET-TRAINER]")
@click.option("--overwrite", is_flag=True, help="Replace the model in the output folder.")
@click.option(
    "--recipe",
    metavar="FILE|NAME",
    shell_complete=completed_recipe,
    help="A recipe whose trainer, model and options to use.",
)
def train(
    dataset: str,
    output: str | None,
    recipe: str | None,
    launch: str | None,
    *,
    overwrite: bool,
    resume: bool | None,
    **arguments: object,
) -> None:
    """Train a model on a preference dataset.

    DATASET is a folder that `zebra run` wrote, any folder or file in TRL's formats, or hub:NAME.
    """
    from zebra_core.pipeline import prepare_training  # noqa: PLC0415
    from zebra_core.training.relaunch import relaunch  # noqa: PLC0415

    flags = take_flags(arguments, "trainer")
    chosen = recipe_from(recipe, arguments)
    ask_for_plugins(chosen.plugins)
    relaunch(launch, [*sys.argv[1:], *(["--trust"] if recipe else [])])
    chosen = with_trainer_flags(chosen, flags)
    ready = prepare_training(chosen, loaded_plugins(chosen.plugins))
    train_and_report(ready, dataset, output, overwrite=overwrite, resume=resume)


def train_command(
    recipe: Recipe, ready: Training | Chain, dataset: str, output: str | None, *, overwrite: bool, resume: bool | None
) -> list[str]:
    """Return the `zebra train` command line that does what `zebra run` would do after building."""
    import tomli_w  # noqa: PLC0415

    from zebra_core.recipe.options import names_of  # noqa: PLC0415

    stages = ready.stages
    used = [
        each for stage in stages for each in (stage.trainer.component, *(bound.component for bound in stage.called))
    ]
    targets = {target for component in used for target in names_of(component)}
    settings = [
        f"{target}.{option}={tomli_w.dumps({'value': value}).partition('=')[2].strip()}"
        for target, table in recipe.options.items()
        if target in targets
        for option, value in table.items()
    ]
    pairs = [
        ("--trainer", ",".join(stage.name for stage in stages)),
        ("--model", recipe.model),
        *(("--plugin", name) for name in recipe.plugins),
    ]
    pairs += [("--set", setting) for setting in settings] + ([("--output", output)] if output else [])
    flags = {"--overwrite": overwrite, "--resume": resume is True, "--no-resume": resume is False}
    return ["train", dataset, *(word for pair in pairs for word in pair), *(flag for flag, on in flags.items() if on)]


def trained_folder(ready: Training | Chain, dataset: str, output: str | None) -> str:
    """Return the folder of the trained model: `output` if given, else beside a local dataset, else in the current folder."""
    local = "://" not in dataset and not dataset.startswith("hub:")
    name = dataset.rstrip("/") if local else Path(dataset.removeprefix("hub:").partition("?")[0]).name
    return output or f"{name}-{ready.name}"


def train_and_report(
    ready: Training | Chain, dataset: str, output: str | None, *, overwrite: bool, resume: bool | None
) -> None:
    """Train, and print where the model is."""
    from zebra_core.training.folder import is_first_process  # noqa: PLC0415

    folder = ready.run(
        dataset,
        trained_folder(ready, dataset, output),
        overwrite=overwrite,
        resume=resume,
        log=lambda text: click.echo(f"  {storage.shown(text)}"),
    )
    if is_first_process():
        described = " (README.md describes how it was made)" if (folder / "README.md").is_file() else ""
        click.echo(f"\nThe trained model is in {storage.shown(folder)}/{described}")
