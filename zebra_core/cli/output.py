"""What the commands print: tables for people on a terminal, JSON and CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Literal

import click
import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from zebra_core import storage
from zebra_core.base.markup import printable
from zebra_core.behavior import MATRIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zebra_core.behavior import Behavior
    from zebra_core.dataset.dataset import Dataset
    from zebra_core.pipeline import Run
    from zebra_core.scores.checks import ScoreWarning
    from zebra_core.scores.table import ScoreTable

SCORE_ROWS = 40
"""The number of models that a score table shows; `--format csv` prints them all."""
SUMMARY_ROWS = 12
"""The number of models that a summary lists; the manifest has them all."""
GAP = 2
"""The number of blanks between two columns of a table."""


def console() -> Console:
    """Return the console of the standard output, wide enough for a table if that is not a terminal.

    Names are printed as they are: nothing in them is markup.
    """
    return Console(width=None if sys.stdout.isatty() else 140, highlight=False, markup=False, emoji=False)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, wrap: bool = True, right: bool = False) -> None:
    """Print rows under a header, without borders.

    Without `wrap` each row stays on one line, the last column cut. With `right` all columns but the first are aligned
    right.
    """
    cells, terminal = [list(map(cell, row)) for row in rows], console()
    shown = Table(box=None, pad_edge=False)
    room = terminal.width
    for at, name in enumerate(header):
        justify: Literal["right", "left"] = "right" if right and at else "left"
        width = None if wrap else max(len(name), *(row[at].cell_len for row in cells))
        if width is not None and at == len(header) - 1:
            width = max(1, min(width, room))  # else every column would give up as much of what is too wide
        room -= (width or 0) + GAP
        shown.add_column(name, no_wrap=not wrap, width=width, overflow="fold" if wrap else "ellipsis", justify=justify)
    for row in cells:
        shown.add_row(*row)
    terminal.print(shown)


def echo(text: str, *, err: bool = False) -> None:
    """Print text without secrets, and without characters that a terminal would obey."""
    click.echo(storage.shown(printable(text)), err=err)


def cell(text: str, style: str = "") -> Text:
    """Return text as a cell of a table: as it is, without markup, and without characters that a terminal would obey."""
    return Text(storage.shown(printable(text)), style)


def line(text: str) -> None:
    """Print a line about the run."""
    echo(f"  {text}")


def selections(run: Run) -> None:
    """Print every choice of a run and where it came from."""
    grid = Table.grid(padding=(0, 2))
    for selection in run.selections:
        component, location = selection.component, selection.location
        name = component.name if location is None else f"{component.name}:{location}"
        grid.add_row(f"  {component.kind}", cell(name), cell(selection.why, "dim"))
    recipe = run.recipe
    named = ("min_confidence", "length_ratio", "candidates", "temperature", "max_share")
    given = (field for field in named if field in recipe.origins)
    for field in ("scope", "threshold", "min_gap", "pairs", *given, "seed"):
        why = cell(recipe.origins.get(field, "default"), "dim")
        grid.add_row(f"  {field.replace('_', ' ')}", str(getattr(recipe, field)), why)
    console().print(grid)
    for note in run.table.notes:
        echo(f"  scores: {note}")


def summary(dataset: Dataset) -> None:
    """Print what a run did: counts, what was left out and why, models, means, remarks, and where the dataset is."""
    counts = dataset.manifest.summary
    click.echo(f"\n{counts.rows:,} instructions read, {counts.pairs:,} pairs written")
    for reason, count in counts.left_out.items():
        echo(f"  left out {count:,}: {reason}")
    if counts.empty_responses:
        click.echo(f"  {counts.empty_responses:,} empty responses are ignored")
    for name, model in list(counts.unscored.items())[:SUMMARY_ROWS]:
        hint = f"; the closest name with scores is {model.closest!r}" if model.closest else ""
        echo(f"  {name!r} has no scores, so its {model.responses:,} responses are ignored{hint}")
    _print_remainder(len(counts.unscored), "models without scores")
    shown = Table("model", box=None, pad_edge=False)
    for name in ("superiority", "chosen", "rejected"):
        shown.add_column(name, justify="right")
    used = [(name, model) for name, model in counts.models.items() if model.chosen or model.rejected]
    for name, usage in used[:SUMMARY_ROWS]:
        shown.add_row(cell(name), f"{usage.superiority:.3f}", f"{usage.chosen:,}", f"{usage.rejected:,}")
    click.echo()
    console().print(shown)
    _print_remainder(len(used), "models")
    pairs = sum(map(len, counts.model_pairs.values()))
    click.echo(
        f"\n{pairs:,} distinct model {'pair' if pairs == 1 else 'pairs'}, "
        f"mean margin {counts.mean_margin:.3f}, mean similarity {counts.mean_similarity:.3f}, "
        f"mean hardness {counts.mean_hardness or 0:.3f}"
    )
    for remark in dataset.manifest.remarks:
        echo(f"Note: {remark}")
    echo(f"\nThe dataset is in {dataset.folder}/ (README.md describes how it was made)")


def _print_remainder(count: int, what: str) -> None:
    if count > SUMMARY_ROWS:
        click.echo(f"  ... and {count - SUMMARY_ROWS} more {what}, in manifest.json")


def score_warnings(items: Sequence[ScoreWarning]) -> None:
    """Print what looks wrong in the scores, to the standard error."""
    for warning in items:
        echo(f"Warning: {warning}", err=True)


def scores(table: ScoreTable, form: str) -> None:
    """Print a score table: cells, then where each column comes from and what is missing."""
    names = [benchmark.name for benchmark in table.benchmarks]
    if form == "json":
        click.echo(json.dumps(table.as_dict(), indent=1, ensure_ascii=False))
        return
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["model", *names])
        for model, row in zip(table.models, table.values.tolist(), strict=True):
            writer.writerow([model, *("" if np.isnan(cell) else repr(cell) for cell in row)])
        return
    shown = Table("model", box=None, pad_edge=False)
    for name in names:
        shown.add_column(cell(name), justify="right")
    for model, row in list(zip(table.models, table.values, strict=True))[:SCORE_ROWS]:
        shown.add_row(cell(model), *("-" if np.isnan(cell) else f"{cell:g}" for cell in row))
    console().print(shown)
    if len(table.models) > SCORE_ROWS:
        click.echo(f"... and {len(table.models) - SCORE_ROWS} more models; --format csv has them all")
    click.echo()
    _print_benchmarks(table)
    _print_notes(table)


def _print_benchmarks(table: ScoreTable) -> None:
    shown = Table("benchmark", "axis", "better", "range", "missing", "from", box=None, pad_edge=False)
    for benchmark, missing in zip(table.benchmarks, np.isnan(table.values).sum(axis=0), strict=True):
        bounds = "" if benchmark.bounds is None else f"{benchmark.bounds[0]:g} to {benchmark.bounds[1]:g}"
        direction, source = str(benchmark.direction), cell(benchmark.source)
        shown.add_row(cell(benchmark.name), cell(benchmark.axis), direction, bounds, str(missing or ""), source)
    console().print(shown)


def _print_notes(table: ScoreTable) -> None:
    for note in table.notes:
        echo(f"scores: {note}")


def behavior(table: ScoreTable, derived: Behavior, form: str, *, full: bool = False) -> None:
    """Print ability vectors, superiority and similarity; of a large table only a part, unless `full`."""
    if form == "json":
        click.echo(json.dumps(derived.as_dict(full=full), indent=1))
        return
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        matrix = full or len(derived.models) <= MATRIX
        others = derived.models if matrix else ()
        writer.writerow(["model", *derived.benchmarks, "superiority", *(f"similarity to {m}" for m in others)])
        for i, model in enumerate(derived.models):
            similar = derived.similarity[i].tolist() if matrix else []
            writer.writerow([model, *derived.vectors[i].tolist(), float(derived.superiority[i]), *similar])
        return
    shown = Table("model", box=None, pad_edge=False)
    for name in (*derived.benchmarks, "superiority"):
        shown.add_column(cell(name), justify="right")
    shown.add_column("most similar")
    shown.add_column("order holds", justify="right")
    ranked = derived.ranked()
    remaining = 0 if full else max(0, len(ranked.models) - SCORE_ROWS)
    if remaining:
        ranked = ranked.take(list(range(SCORE_ROWS)))
    flips, count = ranked.flips(), len(ranked.benchmarks)
    similarity = ranked.similarity - np.diag(np.full(len(ranked.models), np.inf))
    for i, model in enumerate(ranked.models):
        near = int(similarity[i].argmax())
        error = "" if np.isnan(ranked.stderr[i]) else f" ± {ranked.stderr[i]:.3f}"
        figures = [*(f"{value:.3f}" for value in ranked.vectors[i]), f"{ranked.superiority[i]:.3f}{error}"]
        holds = f"{count - flips[i, i + 1]} of {count}" if i + 1 < len(ranked.models) else ""
        shown.add_row(cell(model), *figures, cell(f"{ranked.models[near]} ({similarity[i, near]:.3f})"), holds)
    console().print(shown)
    if remaining:
        click.echo(
            f"... and {remaining:,} more models; the most similar is sought among those shown; --full prints them all"
        )
    _print_notes(table)
