"""`zebra audit`: what the labels of a dataset are worth, where someone has labels."""

from __future__ import annotations

import math
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from zebra_core.audit import Agreement, Audit, Calibration

HEADER = (
    "pairs",
    "ties",
    "agreement",
    "95 % over instructions",
    "error over models",
    "ties half",
    "ties wrong",
    "longer wins",
)


@click.command()
@click.argument("datasets", nargs=-1, required=True)
@click.option(
    "--judge",
    "table",
    required=True,
    metavar="TABLE",
    help="Labels: .parquet, .csv or .jsonl; of responses or of pairs.",
)
@click.option(
    "--annotator", "judges", multiple=True, help="A judge of the table; all of them if not given. Repeatable."
)
@click.option(
    "--alias",
    default="",
    metavar="FILE.csv",
    help="The table's name of each of the dataset's models: columns pool,score.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for audit.json, and reliability.svg.",
)
def audit(datasets: tuple[str, ...], table: str, judges: tuple[str, ...], alias: str, output: Path | None) -> None:
    """Measure how often the labels of DATASETS agree with those of a judge, or of people.

    Labels are read here alone: nothing that builds a dataset can.
    """
    from zebra_core import audit as audits  # noqa: PLC0415
    from zebra_core.errors import unknown  # noqa: PLC0415
    from zebra_core.folder import as_json  # noqa: PLC0415
    from zebra_core.labels import read_labels  # noqa: PLC0415
    from zebra_core.report import Evidence  # noqa: PLC0415

    labels = read_labels(table, alias)
    for judge in judges:
        if judge not in labels.judges:
            what = f"annotator in {table}"
            raise unknown(what, judge, labels.judges)
    found: dict[str, dict[str, Any]] = {}
    curves: dict[str, Calibration] = {}
    for name in datasets:
        evidence = Evidence.of(name)
        for judge in judges or labels.judges:
            measured = audits.audit(evidence, labels, judge)
            _show(f"{name} (strategy {evidence.manifest['recipe']['strategy']}) and {judge}", measured)
            found.setdefault(name, {})[judge] = measured.as_dict()
            curves[f"{Path(name).name}, {judge}"] = measured.calibration
        for (one, other), (share, count) in audits.between_judges(evidence.pairs, labels).items():
            if not judges or {one, other} <= {*judges}:
                click.echo(f"  {one} and {other} agree in {share:.3f} of {count:,} pairs that both decide")
                found[name].setdefault("between judges", {})[f"{one}, {other}"] = {"agreement": share, "pairs": count}
    if output:
        output.mkdir(parents=True, exist_ok=True)
        (output / "audit.json").write_text(as_json(_finite(found)), encoding="utf-8")
        if find_spec("matplotlib"):
            (output / "reliability.svg").write_text(_reliability(curves), encoding="utf-8")
        click.echo(f"\nAll figures are in {output}/")


def _show(title: str, found: Audit) -> None:
    """Print the tables of one dataset and judge."""
    from rich.table import Table  # noqa: PLC0415

    from zebra_core.cli.show import out  # noqa: PLC0415

    click.echo(f"\n{title}")
    table = Table("", box=None, pad_edge=False)
    for name in HEADER:
        table.add_column(name, justify="right")
    table.add_row("all", *_row(found.overall))
    for what, parts in found.parts.items():
        for name, held in parts.items():
            table.add_row(f"{what} {name}", *_row(held))
    out().print(table)
    if found.unknown:
        click.echo(f"  of {found.unknown:,} pairs the judge says nothing")
    bins = ", ".join(f"{said:.2f} -> {was:.2f} ({count:,})" for said, was, count in found.calibration.bins)
    click.echo(f"  confidence -> agreement: {bins}; expected calibration error {found.calibration.error:.3f}")


def _reliability(curves: dict[str, Calibration]) -> str:
    """Draw how often labels are right beside how sure they say they are; a point's size is its number of pairs."""
    from zebra_core import drawing  # noqa: PLC0415

    with drawing.canvas(6.4, 4.2) as made:
        (axes,) = made.axes
        axes.plot([0.5, 1], [0.5, 1], color=drawing.GREY, linestyle=":", linewidth=1)
        for (name, found), colour in zip(curves.items(), cycle(drawing.CYCLE), strict=False):
            said, was, count = zip(*found.bins, strict=True)
            sizes = [10 + 90 * number / max(count) for number in count]
            axes.plot(said, was, color=colour, linewidth=1, label=f"{drawing.short(name, 44)} (ECE {found.error:.3f})")
            axes.scatter(said, was, s=sizes, color=colour)
        axes.set(xlabel="confidence", ylabel="agreement", xlim=(0.49, 1.01), ylim=(-0.03, 1.03))
        axes.legend(frameon=False, fontsize=8)
    return made.svg


def _row(held: Agreement) -> list[str]:
    interval = f"{held.low:.3f} to {held.high:.3f}"
    figures = (held.agreement, held.model_error, held.ties_half, held.ties_wrong, held.longer)
    agreement, error, half, wrong, longer = ("-" if math.isnan(figure) else f"{figure:.3f}" for figure in figures)
    return [
        f"{held.pairs:,}",
        f"{held.ties:,}",
        agreement,
        interval if agreement != "-" else "-",
        error,
        half,
        wrong,
        longer,
    ]


def _finite(value: Any) -> Any:
    """Return the same with null for what is no number, as JSON has it."""
    if isinstance(value, dict):
        return {str(key): _finite(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(held) for held in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
