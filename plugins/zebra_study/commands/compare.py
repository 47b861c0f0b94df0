"""`zebra compare`: strategies before training, trained models after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import zebra_core as zebra
from zebra_core.cli.options import (
    PAIRING,
    completed,
    loaded_plugins,
    plugin_options,
    recipe_from,
    recipe_options,
    score_options,
)
from zebra_study.commands.tables import Destination
from zebra_study.labels import read_labels
from zebra_study.results import Results
from zebra_study.strategies import overlaps, preview_strategies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_study.labels import Labels
    from zebra_study.strategies import StrategyPreview

HEADER = ["tests", "t", "p (t-test)", "p (Holm)", "p (permutation)", "effect size d_z"]


@click.command()
@click.argument("results", nargs=-1)
@click.option(
    "--strategy",
    "strategies",
    multiple=True,
    metavar="NAME",
    shell_complete=completed("strategy"),
    help="Before training: a strategy to compare. Repeatable.",
)
@recipe_options("pool", "filters")
@score_options
@recipe_options(*PAIRING)
@click.option("--judge", metavar="TABLE", help="Labels to measure agreement with, as `zebra audit` takes them.")
@click.option(
    "--judge-alias", default="", metavar="FILE.csv", help="The judge's names of the pool's models: columns pool,score."
)
@click.option(
    "--table",
    metavar="FILE.csv",
    help="After training: scores with one column per system, and the test in the columns before.",
)
@click.option("--baseline", help="After training: the system to compare the others with.  [default: the first]")
@click.option("--seed", default=0, show_default=True, help="Seed of the permutation test.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "markdown", "latex", "csv"]),
    default="table",
    show_default=True,
    help="Output format.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for each table as CSV, and a figure as SVG.",
)
@plugin_options
def compare(
    results: tuple[str, ...],
    strategies: tuple[str, ...],
    table: str | None,
    judge: str | None,
    judge_alias: str,
    baseline: str | None,
    seed: int,
    form: str,
    output: Path | None,
    **arguments: object,
) -> None:
    """Compare strategies before training, or the results of trained models after it.

    Before: `zebra compare --pool P --scores S --strategy sup --strategy sim`. After: `zebra compare baseline=a.json sup=b.json`; a
    name given several times has several models, compared one by one with those of the others.
    """
    if bool(results) + bool(strategies) + bool(table) != 1:
        msg = (
            "there is nothing to compare; add --strategy NAME twice or more, results as NAME=FILE, or --table FILE.csv"
        )
        raise zebra.ZebraError(msg)
    destination = Destination(form, output)
    recipe = recipe_from(None, arguments)
    plugins = loaded_plugins(recipe.plugins)
    with plugins.stage("comparison") as done:
        if strategies:
            previews = preview_strategies(recipe, strategies, plugins)
            _show_previews(previews, read_labels(judge, judge_alias) if judge else None, destination)
            done({preview.strategy: preview.statistics for preview in previews})
        else:
            compared = Results.from_csv(table) if table else _read(results, arguments)
            show_results(compared, baseline, destination, seed)
            done(compared.means())


def _show_previews(previews: Sequence[StrategyPreview], labels: Labels | None, destination: Destination) -> None:
    """Print what each strategy would make, how far they overlap, and how often judges agree."""
    rows = [[preview.strategy, *preview.statistics.values()] for preview in previews]
    destination.table("strategies", [["strategy", *previews[0].statistics], *rows])
    shared = [[*names, share] for names, share in overlaps(previews).items()]
    if shared:
        destination.table("overlap", [["strategy", "strategy", "the same pairs"], *shared])
    if labels:
        destination.table("agreement", _agreements(previews, labels))
    if destination.folder:
        destination.write("strategies.svg", zebra.charts.as_svg(_scatter(previews)))


def _agreements(previews: Sequence[StrategyPreview], labels: Labels) -> list[list[Any]]:
    rows: list[list[Any]] = [
        ["strategy", "judge", "pairs", "ties", "agreement", "low", "high", "error over models", "longer wins"]
    ]
    for preview in previews:
        for judge in labels.judges:
            a = preview.agreement(labels, judge)
            if a.pairs > a.ties:
                values = (a.pairs, a.ties, a.agreement, a.low, a.high, a.model_error, a.longer)
                rows.append([preview.strategy, judge, *values])
    return rows


def show_results(results: Results, baseline: str | None, destination: Destination, seed: int = 0) -> None:
    """Print the means of each system, and how they differ from the baseline."""
    base = baseline or results.systems[0]
    destination.table("means", results.means(), lower=results.lower)
    if len(results.tests) < 2:
        click.echo("A single test has no significance: use more seeds, or more benchmarks.")
        return
    tests, *statistics = HEADER
    rows: list[list[Any]] = [["system", tests, f"mean difference from {base}", *statistics]]
    for name, (d, corrected) in results.differences(base, seed).items():
        rows.append([name, d.count, d.delta, d.t, d.p_t, corrected, d.p_permutation, d.effect])
    destination.table("differences", rows)


def _read(texts: tuple[str, ...], arguments: dict[str, Any]) -> Results:
    """Read `NAME=FILE`, or FILE, whose stem is then the name."""
    tables: dict[str, list[zebra.ScoreTable]] = {}
    for text in texts:
        name, file = _named(text)
        recipe = recipe_from(None, {**arguments, "scores": (file,)})
        table, _ = zebra.inspect_scores(recipe, loaded_plugins(recipe.plugins))
        tables.setdefault(name, []).append(table)
    return Results.from_tables(tables)


def _named(text: str) -> tuple[str, str]:
    """Split `NAME=FILE`; without a name it is the file's stem. An address may have a = of its own."""
    name, _, file = text.rpartition("=")
    if "://" in text:
        before, equals, after = text.partition("=")
        name, file = (before, after) if equals and "://" not in before else ("", text)
    return name or Path(zebra.storage.file_name(zebra.storage.place(file))).stem, file


def _scatter(previews: Sequence[StrategyPreview]) -> dict[str, Any]:
    """Return a chart of how far apart and how similar the models of each strategy's pairs are."""
    values = [{"strategy": preview.strategy, **preview.statistics} for preview in previews]
    x, y = (
        {"field": name, "type": "quantitative", "title": f"mean {name}", "scale": {"zero": False, "padding": 30}}
        for name in ("margin", "similarity")
    )
    size = {"field": "as many as", "type": "quantitative", "title": "effective number of model pairs"}
    return {
        "description": "How far apart and how similar the models of each strategy's pairs are",
        "data": {"values": values},
        "width": 460,
        "height": 300,
        "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "circle", "opacity": 0.7}, "encoding": {"size": size}},
            {"mark": {"type": "text", "align": "left", "dx": 8}, "encoding": {"text": {"field": "strategy"}}},
        ],
    }
