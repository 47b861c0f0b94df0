"""What the commands print: tables for people on a terminal, JSON and CSV for programs."""

from __future__ import annotations

import csv
import json
import sys
from typing import TYPE_CHECKING, Any

import attrs
import click
import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from zebra_core.errors import ZebraError
from zebra_core.hookspecs import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_core.behavior import Behavior
    from zebra_core.discovery import Plugins
    from zebra_core.pipeline import Dataset, Run
    from zebra_core.scores import ScoreTable
    from zebra_core.suspicion import Suspicion

ROWS = 40
"""How many models a score table shows; `--format csv` prints them all."""
MOST = 12
"""How many models a summary lists; the manifest has them all."""


def out() -> Console:
    """Return the console of the standard output, wide enough for a table where that is no terminal."""
    return Console(width=None if sys.stdout.isatty() else 140, highlight=False)


def warnings(plugins: Plugins) -> None:
    """Print what could not be loaded, to the standard error."""
    for warning in plugins.warnings:
        click.echo(f"Warning: {warning}", err=True)


def line(text: str) -> None:
    """Print a line about the run."""
    click.echo(f"  {text}")


def choices(run: Run) -> None:
    """Print every choice of a run and where it came from."""
    table = Table.grid(padding=(0, 2))
    for choice in run.choices:
        name = choice.component.name if choice.location is None else f"{choice.component.name}:{choice.location}"
        table.add_row(f"  {choice.component.kind}", name, Text(choice.why, style="dim"))
    recipe = run.recipe
    for field in ("scope", "threshold", "min_gap", "pairs", "seed"):
        table.add_row(
            f"  {field.replace('_', ' ')}",
            str(getattr(recipe, field)),
            Text(recipe.origins.get(field, "default"), style="dim"),
        )
    out().print(table)
    for note in run.table.notes:
        click.echo(f"  scores: {note}")


def report(folder: str, plugins: Plugins) -> None:
    """Write the report of a dataset, and say where it is, or what is missing; the dataset is there in any case."""
    from zebra_core.report import write_report  # noqa: PLC0415

    try:
        click.echo(f"The report is {write_report(folder, plugins)}")
    except ZebraError as error:
        click.echo(f"Warning: there is no report: {error}", err=True)


def summary(dataset: Dataset) -> None:
    """Print what a run did: counts, left out by reason, models, means, remarks, and where the dataset is."""
    found = dataset.manifest["summary"]
    click.echo(f"\n{found['rows']:,} instructions read, {found['pairs']:,} pairs written")
    for why, count in found["left_out"].items():
        click.echo(f"  left out {count:,}: {why}")
    if found["empty_responses"]:
        click.echo(f"  {found['empty_responses']:,} empty responses are passed over")
    for name, model in list(found["unscored"].items())[:MOST]:
        hint = f"; the closest name that has is {model['closest']!r}" if model["closest"] else ""
        click.echo(f"  {name!r} has no scores, so its {model['responses']:,} responses are passed over{hint}")
    _more(len(found["unscored"]), "models without scores")
    table = Table("model", box=None, pad_edge=False)
    for name in ("superiority", "chosen", "rejected"):
        table.add_column(name, justify="right")
    used = [(name, m) for name, m in found["models"].items() if m["chosen"] or m["rejected"]]
    for name, model in used[:MOST]:
        table.add_row(name, f"{model['superiority']:.3f}", f"{model['chosen']:,}", f"{model['rejected']:,}")
    click.echo()
    out().print(table)
    _more(len(used), "models")
    pairs = sum(map(len, found["model_pairs"].values()))
    click.echo(
        f"\n{pairs:,} distinct model {'pair' if pairs == 1 else 'pairs'}, "
        f"mean margin {found['mean_margin']:.3f}, mean similarity {found['mean_similarity']:.3f}"
    )
    for remark in dataset.manifest["remarks"]:
        click.echo(f"Note: {remark}")
    click.echo(f"\nThe dataset is in {dataset.folder}/ (README.md says how it was made)")


def _more(count: int, what: str) -> None:
    if count > MOST:
        click.echo(f"  ... and {count - MOST} more {what}, in manifest.json")


def doubts(found: Sequence[Suspicion]) -> None:
    """Print what looks wrong in the scores, to the standard error."""
    for doubt in found:
        click.echo(f"Warning: {doubt}", err=True)


def scores(table: ScoreTable, form: str) -> None:
    """Print a score table: cells, then where each column comes from and what is missing."""
    names = [b.name for b in table.benchmarks]
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
        shown.add_column(name, justify="right")
    for model, row in list(zip(table.models, table.values, strict=True))[:ROWS]:
        shown.add_row(model, *("-" if np.isnan(cell) else f"{cell:g}" for cell in row))
    out().print(shown)
    if len(table.models) > ROWS:
        click.echo(f"... and {len(table.models) - ROWS} more models; --format csv has them all")
    described = Table("benchmark", "axis", "better", "range", "missing", "from", box=None, pad_edge=False)
    for benchmark, missing in zip(table.benchmarks, np.isnan(table.values).sum(axis=0), strict=True):
        bounds = "" if benchmark.bounds is None else f"{benchmark.bounds[0]:g} to {benchmark.bounds[1]:g}"
        described.add_row(
            benchmark.name, benchmark.axis, str(benchmark.direction), bounds, str(missing or ""), Text(benchmark.source)
        )
    click.echo()
    out().print(described)
    for note in table.notes:
        click.echo(f"scores: {note}")


def behavior(table: ScoreTable, known: Behavior, form: str) -> None:
    """Print ability vectors, superiority and similarity."""
    if form == "json":
        click.echo(json.dumps(known.as_dict(), indent=1))
        return
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["model", *known.benchmarks, "superiority", *(f"similarity to {m}" for m in known.models)])
        for i, model in enumerate(known.models):
            writer.writerow(
                [model, *known.vectors[i].tolist(), float(known.superiority[i]), *known.similarity[i].tolist()]
            )
        return
    shown = Table("model", box=None, pad_edge=False)
    for name in (*known.benchmarks, "superiority"):
        shown.add_column(name, justify="right")
    shown.add_column("most alike")
    shown.add_column("order holds", justify="right")
    ranked = known.ranked()
    flips, count = ranked.flips(), len(ranked.benchmarks)
    alike = ranked.similarity - np.diag(np.full(len(ranked.models), np.inf))
    for i, model in enumerate(ranked.models):
        near = int(alike[i].argmax())
        error = "" if np.isnan(ranked.stderr[i]) else f" ± {ranked.stderr[i]:.3f}"
        figures = [*(f"{value:.3f}" for value in ranked.vectors[i]), f"{ranked.superiority[i]:.3f}{error}"]
        holds = f"{count - flips[i, i + 1]} of {count}" if i + 1 < len(ranked.models) else ""
        shown.add_row(model, *figures, f"{ranked.models[near]} ({alike[i, near]:.3f})", holds)
    out().print(shown)
    for note in table.notes:
        click.echo(f"scores: {note}")


def plugins(found: Plugins, form: str) -> None:
    """Print every component that is offered."""
    rows = [_component(found, component) for kind in KINDS for component in found.of(kind)]
    if form == "json":
        click.echo(json.dumps(rows, indent=1))
        return
    table = Table("kind", "component", "plugin", "from", "options", box=None, pad_edge=False)
    for row in rows:
        name = row["name"] + "".join(f", {alias}" for alias in row["aliases"])
        options = ", ".join(f"{option}={json.dumps(default)}" for option, default in row["options"].items())
        table.add_row(row["kind"], name, row["plugin"], row["from"][:40], options)
    out().print(table)


def _component(found: Plugins, component: Any) -> dict[str, Any]:
    origin = found.origins[component.plugin]
    return {
        "kind": component.kind,
        "name": component.name,
        "aliases": list(component.aliases),
        "plugin": component.plugin,
        "from": str(origin),
        "distribution": origin.distribution,
        "version": origin.version,
        "summary": component.summary,
        "options": {name: _default(field) for name, field in component.options.items()},
    }


def _default(field: attrs.Attribute[Any]) -> Any:
    default: Any = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # a class at run time, a function to the checker
        default = default.factory()
    return None if default is attrs.NOTHING else list(default) if isinstance(default, tuple) else default
