"""`zebra train` and `zebra tiny-model`: a model from a preference dataset, and a model to try it with."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import tomli_w

from zebra_core.checkpoints import is_first_process
from zebra_core.cli.launch import launched
from zebra_core.cli.options import completed, plugin_options, recipe_from
from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from zebra_core.cli.options import Command
    from zebra_core.recipe import Recipe
    from zebra_core.training import Training


def training_options(command: Command) -> Command:
    """Add the options that say how to train; those of the trainer's own go into the recipe's options."""
    for option in reversed(
        [
            click.option(
                "--trainer",
                metavar="NAME",
                shell_complete=completed("trainer"),
                help="sft, dpo, kto, reward, orpo, cpo, simpo; see `zebra plugins`.",
            ),
            click.option(
                "--model",
                metavar="DIR|NAME",
                shell_complete=completed("model"),
                help="The model to train: a folder, a name of the Hugging Face hub, or tiny.",
            ),
            click.option(
                "--preset", metavar="NAME", help="Settings that go together: zebra-paper, karma-paper, delta."
            ),
            click.option("--lora", metavar="r=16[,...]", help="Train adapters: r, alpha, dropout, target, bits."),
            click.option(
                "--curriculum",
                type=click.Choice(["easy-to-hard", "hard-to-easy"]),
                help="Order the pairs in stages, by margin.",
            ),
            click.option(
                "--report-to", multiple=True, metavar="NAME", help="trackio, wandb or tensorboard. Repeatable."
            ),
            click.option("--push-to-hub", metavar="NAME", help="Upload the trained model under this name."),
            click.option(
                "--launch",
                metavar="HOW",
                help="torchrun:N, or accelerate:CONFIG.yaml: train with several processes.",
            ),
            click.option(
                "--resume/--no-resume",
                default=None,
                help="Go on from the checkpoints of an interrupted training, or afresh.  [default: go on where there are some]",
            ),
        ]
    ):
        command = option(command)
    return command


@click.command()
@click.argument("dataset")
@training_options
@plugin_options
@click.option("-o", "--output", type=click.Path(), help="Folder of the trained model.  [default: DATASET-TRAINER]")
@click.option("--overwrite", is_flag=True, help="Replace the model in the output folder.")
@click.option("--recipe", type=click.Path(dir_okay=False), help="A recipe whose trainer, model and options to use.")
def train(
    dataset: str,
    output: str | None,
    recipe: str | None,
    launch: str | None,
    *,
    overwrite: bool,
    resume: bool | None,
    **said: Any,
) -> None:
    """Train a model on a preference dataset.

    DATASET is a folder that `zebra run` wrote, any folder or file in TRL's formats, or hub:NAME.
    """
    from zebra_core.pipeline import prepare_training  # noqa: PLC0415

    launched(launch, sys.argv[1:])
    ready = prepare_training(recipe_from(recipe, said))
    carry_out(ready, dataset, output, overwrite=overwrite, resume=resume)


def train_command(
    recipe: Recipe, ready: Training, dataset: str, output: str | None, *, overwrite: bool, resume: bool | None
) -> list[str]:
    """Return the command line of `zebra train` that does what `zebra run` would do after building."""
    name = ready.trainer.component.name
    settings = [
        f"{target}.{option}={tomli_w.dumps({'value': value}).partition('=')[2].strip()}"
        for target, held in recipe.options.items()
        if target.rpartition(":")[2] == name
        for option, value in held.items()
    ]
    pairs = [("--trainer", name), ("--model", recipe.model), *(("--plugin", plugin) for plugin in recipe.plugins)]
    pairs += [("--set", setting) for setting in settings] + ([("--output", output)] if output else [])
    flags = {"--overwrite": overwrite, "--resume": resume is True, "--no-resume": resume is False}
    return ["train", dataset, *(word for pair in pairs for word in pair), *(flag for flag, on in flags.items() if on)]


def trained_folder(ready: Training, dataset: str, output: str | None) -> str:
    """Return where the trained model goes: where that was said, else beside a local dataset, else here."""
    local = "://" not in dataset and not dataset.startswith("hub:")
    name = dataset.rstrip("/") if local else Path(dataset.removeprefix("hub:").partition("?")[0]).name
    return output or f"{name}-{ready.trainer.component.name}"


def carry_out(ready: Training, dataset: str, output: str | None, *, overwrite: bool, resume: bool | None) -> None:
    """Train, and say where the model is."""
    folder = ready.run(
        dataset,
        trained_folder(ready, dataset, output),
        overwrite=overwrite,
        resume=resume,
        say=lambda text: click.echo(f"  {text}"),
    )
    if is_first_process():
        click.echo(f"\nThe trained model is in {folder}/ (README.md says how it was made)")


@click.command("tiny-model")
@click.argument("folder", type=click.Path(path_type=Path))
@plugin_options
def tiny_model(folder: Path, **said: Any) -> None:
    """Write a model of 130,000 weights, made from scratch, to try training with."""
    from zebra_core.discovery import load_plugins  # noqa: PLC0415

    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        msg = f"{folder} exists already; choose another folder"
        raise ZebraError(msg)
    load_plugins(recipe_from(None, said).plugins).find("model", "tiny").made()(folder)
    click.echo(f"The model is in {folder}/")
