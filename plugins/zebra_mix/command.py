"""`zebra mix`: one dataset from finished ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import zebra_core as zebra
from zebra_core.cli import output as show
from zebra_core.cli.options import loaded_plugins, plugin_options, recipe_from
from zebra_mix.run import mix as mix_datasets
from zebra_mix.run import prepare
from zebra_mix.settings import Settings, read_split, read_weights

if TYPE_CHECKING:
    from zebra_core.dataset.manifest import Mix


@click.command()
@click.argument("datasets", nargs=-1, required=True, metavar="DATASET...")
@click.option("-o", "--output", required=True, type=click.Path(), help="Folder to write.")
@click.option("--weights", default="", metavar="N,N", help="Share of each dataset, such as 2,1.  [default: all pairs]")
@click.option("--rows", type=click.IntRange(min=1), help="Number of pairs.  [default: as many as there are]")
@click.option("--split", default="", metavar="NAME=SHARE,...", help="Divide by prompt, such as train=0.95,test=0.05.")
@click.option(
    "--near-duplicates",
    default=0.8,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="Share of common phrases (Jaccard) from which two prompts are kept in one split.",
)
@click.option(
    "--decontaminate",
    multiple=True,
    metavar="FILE",
    help="Leave out pairs whose prompt is in this test set, or shares 13 words with it (--set decontaminate.ngram=N). Repeatable.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of every draw.")
@click.option("--overwrite", is_flag=True, help="Replace the dataset in the output folder.")
@plugin_options
def mix(datasets: tuple[str, ...], output: str, *, overwrite: bool, **arguments: object) -> None:
    """Mix DATASETS that `zebra run` built, each a folder or FOLDER?split=NAME, and divide the result into splits.

    One DATASET is enough to divide it, or to take what is in a test set out of it. No pair is repeated.
    """
    settings = _settings(arguments, len(datasets))
    recipe = recipe_from(None, arguments)
    plugins = loaded_plugins(recipe.plugins)
    with plugins.stage("mix") as done:
        ingredients = prepare(datasets, settings, recipe, plugins)
        mixed = mix_datasets(ingredients, zebra.storage.place(output), plugins, overwrite=overwrite, log=show.echo)
        done(mixed)
    _print(mixed)
    show.echo(f"The dataset is in {output} ({mixed.total:,} pairs)")


def _settings(arguments: dict[str, object], datasets: int) -> Settings:
    """Take the settings out of a command's arguments."""
    names = ("rows", "near_duplicates", "decontaminate", "seed")
    weights, split = str(arguments.pop("weights")), str(arguments.pop("split"))
    given = {name: arguments.pop(name) for name in names}
    return Settings(weights=read_weights(weights, datasets), split=read_split(split), **given)  # type: ignore[arg-type]


def _print(mixed: zebra.Dataset) -> None:
    """Print what was taken of each part, what was left out and why, and how large each split is."""
    manifest = mixed.manifest
    if manifest.mix is None:
        return
    parts = [[p.name, f"{p.total:,}", f"{p.pairs:,}", f"{p.pairs / mixed.total:.1%}"] for p in manifest.mix.parts]
    show.table(["dataset", "pairs", "in the mix", "share"], parts, right=True)
    for reason, count in manifest.summary.left_out.items():
        show.echo(f"left out {count:,}: {reason}")
    if mixed.splits:
        show.echo("")
        show.table(["split", "pairs", "share", "asked for"], _splits(mixed, manifest.mix), right=True)
    show.echo("")


def _splits(mixed: zebra.Dataset, record: Mix) -> list[list[str]]:
    counts = {name: sum(shard.pairs for shard in mixed.manifest.shards if shard.split == name) for name in record.split}
    return [
        [name, f"{count:,}", f"{count / mixed.total:.2%}", f"{record.split[name]:.2%}"]
        for name, count in counts.items()
    ]
