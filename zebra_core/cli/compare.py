"""`zebra compare`: strategies before training, trained models after."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zebra_core.cli.options import completed, plugin_options, recipe_from, score_options
from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from zebra_core.compare import Planned, Results
    from zebra_core.labels import Labels


@click.command()
@click.argument("results", nargs=-1)
@click.option(
    "--strategy",
    "strategies",
    multiple=True,
    shell_complete=completed("strategy"),
    help="Before training: what to compare. Repeatable.",
)
@click.option(
    "--pool", metavar="FILE|DIR|hub:NAME", shell_complete=completed("pool"), help="Response pool.  [default: demo]"
)
@score_options
@click.option("--scope", type=click.Choice(["instruction", "global"]), help="As in `zebra run`.")
@click.option("--threshold", type=float, help="As in `zebra run`.")
@click.option("--min-gap", type=float, help="As in `zebra run`.")
@click.option("--min-confidence", type=float, help="As in `zebra run`.")
@click.option("--pairs", type=int, help="As in `zebra run`.")
@click.option("--judge", metavar="TABLE", help="Labels to measure agreement with, as `zebra audit` takes them.")
@click.option(
    "--judge-alias", default="", metavar="FILE.csv", help="The judge's names of the pool's models: columns pool,score."
)
@click.option(
    "--table",
    metavar="FILE.csv",
    help="After training: scores with one column for each system, and the test in the columns before.",
)
@click.option("--baseline", help="After training: what the others are compared with.  [default: the first]")
@click.option("--seed", default=0, show_default=True, help="Seed of the permutation test.")
@click.option(
    "--format", "form", type=click.Choice(["table", "markdown", "latex", "csv"]), default="table", show_default=True
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for each table as CSV, and a figure as SVG.",
)
@plugin_options
def compare(results: tuple[str, ...], **said: Any) -> None:
    """Compare strategies before training, or the results of trained models after.

    Before: `zebra compare --pool P --scores S --strategy sup --strategy sim`. After: `zebra compare baseline=a.json sup=b.json`; a name
    that stands several times has several models, compared one by one with those of the others.
    """
    strategies, table = said.pop("strategies"), said.pop("table")
    if bool(results) + bool(strategies) + bool(table) != 1:
        msg = "say what to compare: --strategy NAME twice or more, results as NAME=FILE, or --table FILE.csv"
        raise ZebraError(msg)
    shown = {name: said.pop(name) for name in ("form", "output")}
    judge, names, baseline, seed = (said.pop(name) for name in ("judge", "judge_alias", "baseline", "seed"))
    if strategies:
        _before(strategies, said, judge, names, shown)
        return
    show_results(_table(table) if table else _results(results, said), baseline, shown, seed)


def _before(
    strategies: tuple[str, ...], said: dict[str, Any], judge: str | None, names: str, shown: dict[str, Any]
) -> None:
    from zebra_core.compare import overlaps, plan_strategies  # noqa: PLC0415
    from zebra_core.labels import read_labels  # noqa: PLC0415

    planned = plan_strategies(recipe_from(None, said), strategies)
    rows: list[list[Any]] = [["strategy", *planned[0].figures], *([p.strategy, *p.figures.values()] for p in planned)]
    write_table("strategies", rows, shown)
    both = overlaps(planned)
    if both:
        write_table(
            "overlap",
            [["strategy", "strategy", "the same pairs"], *([*pair, share] for pair, share in both.items())],
            shown,
        )
    if judge:
        write_table("agreement", _agreements(planned, read_labels(judge, names)), shown)
    if shown["output"]:
        _write(shown["output"] / "strategies.svg", _scatter(planned))


def _agreements(planned: Sequence[Planned], labels: Labels) -> list[list[Any]]:
    rows: list[list[Any]] = [
        ["strategy", "judge", "pairs", "ties", "agreement", "low", "high", "error over models", "longer wins"]
    ]
    for plan in planned:
        for judge in labels.judges:
            held = plan.agreement(labels, judge)
            if held.pairs > held.ties:
                figures = (held.agreement, held.low, held.high, held.model_error, held.longer)
                rows.append([plan.strategy, judge, held.pairs, held.ties, *figures])
    return rows


def show_results(found: Results, baseline: str | None, shown: dict[str, Any], seed: int = 0) -> None:
    """Print the means of each system, and how they differ from the baseline."""
    base = baseline or found.systems[0]
    write_table("means", found.means(), shown, lower=found.lower)
    if len(found.tests) < 2:
        click.echo("One test alone has no significance: have more seeds, or more benchmarks.")
        return
    header = [
        "system",
        "tests",
        f"mean difference from {base}",
        "t",
        "p (t-test)",
        "p (Holm)",
        "p (permutation)",
        "effect size d_z",
    ]
    rows = [
        [name, d.count, d.delta, d.t, d.p_t, corrected, d.p_permutation, d.effect]
        for name, (d, corrected) in found.differences(base, seed).items()
    ]
    write_table("differences", [header, *rows], shown)


def _results(texts: tuple[str, ...], said: dict[str, Any]) -> Results:
    """Read `NAME=FILE`, or FILE, whose stem is then the name."""
    from zebra_core.compare import Results  # noqa: PLC0415
    from zebra_core.discovery import load_plugins  # noqa: PLC0415
    from zebra_core.pipeline import look_at_scores  # noqa: PLC0415

    tables: dict[str, list[Any]] = {}
    for text in texts:
        name, _, file = text.rpartition("=")
        recipe = recipe_from(None, {**said, "scores": (file,)})
        tables.setdefault(name or Path(file).stem, []).append(look_at_scores(recipe, load_plugins(recipe.plugins))[0])
    return Results.of(tables)


def _table(file: str) -> Results:
    """Read a CSV file of tests in the rows: the columns that hold numbers alone are systems."""
    import numpy as np  # noqa: PLC0415

    from zebra_core.compare import Results  # noqa: PLC0415

    try:
        header, *rows = csv.reader(Path(file).read_text(encoding="utf-8-sig").splitlines())
    except (OSError, ValueError, UnicodeDecodeError) as wrong:
        msg = f"cannot read the table {file!r}: {wrong}"
        raise ZebraError(msg) from wrong
    numeric = [at for at in range(len(header)) if all(_is_number(row[at]) for row in rows if len(row) == len(header))]
    if len(numeric) < 2 or any(len(row) != len(header) for row in rows):
        msg = f"{file} must have a test in each row, and a column of numbers for each of two systems at the least"
        raise ZebraError(msg)
    tests = tuple(
        tuple(row[at] for at in range(len(header)) if at not in numeric) or (str(k),) for k, row in enumerate(rows)
    )
    return Results(
        tuple(header[at] for at in numeric), tests, np.array([[float(row[at]) for at in numeric] for row in rows])
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def write_table(name: str, rows: list[list[Any]], shown: dict[str, Any], lower: Collection[str] | None = None) -> None:
    """Print a table in the form that was asked for, and write it as CSV; with `lower`, the rows of which less is better, mark the best."""
    plain = io.StringIO()
    csv.writer(plain, lineterminator="\n").writerows(rows)
    if shown["output"]:
        _write(shown["output"] / f"{name}.csv", plain.getvalue())
    cells = [[_shown(cell) for cell in row] for row in rows]
    form = shown["form"]
    if lower is not None and form != "csv":
        for row, line in zip(rows[1:], cells[1:], strict=True):
            top = (min if row[0] in lower else max)(value for value in row[1:] if value == value)  # noqa: PLR0124  # no NaN
            mark = {"latex": "\\textbf{%s}", "markdown": "**%s**", "table": "[bold]%s[/bold]"}[form]
            line[1:] = [mark % text if value == top else text for value, text in zip(row[1:], line[1:], strict=True)]
    if form == "csv":
        click.echo(plain.getvalue())
    elif form == "markdown":
        lines = [cells[0], ["---", *["---:"] * (len(cells[0]) - 1)], *cells[1:]]
        click.echo("\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n")
    elif form == "latex":
        body = [" & ".join(cell.replace("_", "\\_").replace("%", "\\%") for cell in line) + " \\\\" for line in cells]
        rules = ["\\begin{tabular}{l" + "r" * (len(cells[0]) - 1) + "}", "\\toprule", body[0], "\\midrule", *body[1:]]
        click.echo("\n".join([*rules, "\\bottomrule", "\\end{tabular}"]) + "\n")
    else:
        _rich(cells)


def _rich(cells: list[list[str]]) -> None:
    from rich.table import Table  # noqa: PLC0415

    from zebra_core.cli.show import out  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for at, name in enumerate(cells[0]):
        table.add_column(name, justify="right" if at else "left")
    for row in cells[1:]:
        table.add_row(*row)
    out().print(table)
    click.echo()


def _shown(cell: Any) -> str:
    if isinstance(cell, float):
        return "-" if cell != cell else f"{cell:.4f}" if 0 < abs(cell) < 0.01 else f"{cell:.3f}"  # noqa: PLR0124  # NaN
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as wrong:
        msg = f"cannot write {path}: {wrong.strerror}"
        raise ZebraError(msg) from wrong


def _scatter(planned: Sequence[Planned]) -> str:
    """Draw how far apart and how alike the models of each strategy's pairs are."""
    from importlib.util import find_spec  # noqa: PLC0415

    from zebra_core import drawing  # noqa: PLC0415

    if find_spec("matplotlib") is None:
        msg = 'a figure needs the extra `report`: pip install "zebra-preference[report]"'
        raise ZebraError(msg)
    figures = [plan.figures for plan in planned]
    places = [(held["margin"], held["similarity"]) for held in figures]
    with drawing.canvas(6.4, 4.2) as made:
        (axes,) = made.axes
        most = max(held["as many as"] for held in figures)
        axes.scatter(
            *zip(*places, strict=True),
            s=[20 + 180 * held["as many as"] / most for held in figures],
            color=drawing.BLUE,
            alpha=0.7,
        )
        axes.margins(0.2)
        axes.set(
            xlabel="mean margin", ylabel="mean similarity", title="size: how many pairs of models it is as good as"
        )
        drawing.label(axes, places, [plan.strategy for plan in planned], 8)
    return made.svg
