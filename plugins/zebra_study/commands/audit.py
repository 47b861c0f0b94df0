"""`zebra audit`: measure the labels of a dataset against those of a judge, or of people."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

import zebra_core as zebra
from zebra_core.cli import output as show
from zebra_core.cli.options import loaded_plugins, requested_plugins
from zebra_study.audit import audit as audit_dataset
from zebra_study.audit import between_judges, between_models, judge_pairs
from zebra_study.calibration import fit_dataset
from zebra_study.labels import read_labels

if TYPE_CHECKING:
    from zebra_study.audit import Agreement, Audit
    from zebra_study.calibration import Calibration
    from zebra_study.labels import Labels

HEADER = (
    "",
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
@click.option(
    "--calibrate",
    type=click.Choice(["ties-half", "decided"]),
    is_flag=False,
    flag_value="ties-half",
    help="Fit the rule's steepness to the labels, so that confidence says how often they agree; with ties as half, or left out.",
)
def audit(
    datasets: tuple[str, ...],
    table: str,
    judges: tuple[str, ...],
    alias: str,
    output: Path | None,
    calibrate: str | None,
) -> None:
    """Measure how often the labels of DATASETS agree with those of a judge, or of people.

    Only this command and `zebra compare` read such labels: nothing that builds a dataset can.
    """
    plugins = loaded_plugins(requested_plugins(click.get_current_context(), ()))
    with plugins.stage("audit") as done:
        labels = _labels(table, alias, judges)
        report = _audit(datasets, labels, judges, output)
        if calibrate:
            _calibrate(datasets, labels, judges, output, plugins, decided=calibrate == "decided")
        done(report)


def _labels(table: str, alias: str, judges: tuple[str, ...]) -> Labels:
    """Read the labels. Raise ZebraError if one of the judges is not among theirs."""
    labels = read_labels(table, alias)
    for judge in judges:
        if judge not in labels.judges:
            what, where = "annotator", f"in {table}"
            raise zebra.unknown(what, judge, labels.judges, where)
    return labels


def _calibrate(
    datasets: tuple[str, ...],
    labels: Labels,
    judges: tuple[str, ...],
    output: Path | None,
    plugins: zebra.Plugins,
    *,
    decided: bool,
) -> None:
    """Print the steepness that a judge's labels give the rule, and write it as a recipe if a folder is given."""
    judges = judges or tuple(labels.judges)
    if len(datasets) != 1 or len(judges) != 1:
        msg = (
            f"--calibrate fits one dataset to one judge, got {len(datasets)} and {len(judges)}; "
            f"name one dataset, and one of {', '.join(labels.judges)} with --annotator"
        )
        raise zebra.ZebraError(msg)
    dataset = zebra.Dataset.open(datasets[0])
    fit = fit_dataset(dataset, judge_pairs(dataset.pairs, labels, judges[0]), plugins, decided=decided)
    click.echo(
        f"\nCalibrated to {judges[0]}, the expected calibration error is {fit.after:.3f} on instructions that the fit has not "
        f"seen, {fit.before:.3f} before:\n  zebra run ... --set {fit.setting}"
    )
    if output:
        zebra.storage.write_durably(output / "calibrated.toml", fit.recipe)
        click.echo(f"  or: zebra run {output / 'calibrated.toml'} ...")


def _audit(
    datasets: tuple[str, ...], labels: Labels, judges: tuple[str, ...], output: Path | None
) -> dict[str, dict[str, Any]]:
    """Print the audit, and write it to a folder if one is given. Return it as plain values."""
    report: dict[str, dict[str, Any]] = {}
    curves: dict[str, Calibration] = {}
    for name in datasets:
        dataset = zebra.Dataset.open(name)
        for judge in _judges_of(dataset, labels, judges):
            result = audit_dataset(dataset, labels, judge)
            _print_audit(
                f"{zebra.storage.shown(name)} (strategy {dataset.manifest.recipe['strategy']}) and {judge}", result
            )
            shares = between_models(labels, judge, dataset.manifest.summary.models) if output else {}
            report.setdefault(name, {})[judge] = {**result.as_dict(), "between models": shares}
            curves[f"{Path(name).name}, {judge}"] = result.calibration
        for (first, second), (share, count) in between_judges(dataset.pairs, labels).items():
            if not judges or {first, second} <= {*judges}:
                click.echo(f"  {first} and {second} agree in {share:.3f} of {count:,} pairs that both decide")
                report[name].setdefault("between judges", {})[f"{first}, {second}"] = {
                    "agreement": share,
                    "pairs": count,
                }
    if output:
        output.mkdir(parents=True, exist_ok=True)
        zebra.storage.write_durably(output / "audit.json", zebra.as_json(_finite(report)))
        try:
            zebra.storage.write_durably(output / "reliability.svg", zebra.charts.as_svg(_reliability(curves)))
        except zebra.ZebraError as error:
            click.echo(f"Note: there is no reliability.svg: {error}", err=True)
        click.echo(f"\nThe results are in {output}/")
    return report


def _judges_of(dataset: zebra.Dataset, labels: Labels, requested: tuple[str, ...]) -> list[str]:
    """Return the judges to audit a dataset with: those requested, or all that have labelled any of its pairs.

    The others are named in a note. If no judge has, return them all, so that the audit fails with the reason.
    """
    if requested:
        return list(requested)
    able = [judge for judge in labels.judges if np.isfinite(judge_pairs(dataset.pairs, labels, judge)).any()]
    if able and len(able) < len(labels.judges):
        others = ", ".join(judge for judge in labels.judges if judge not in able)
        click.echo(f"Note: left out {others}: no label for a pair of {zebra.storage.shown(dataset.folder)}", err=True)
    return able or labels.judges


def _print_audit(title: str, result: Audit) -> None:
    """Print the tables of one dataset and judge."""
    click.echo(f"\n{title}")
    rows = [["all", *_cells(result.overall)]]
    rows += [
        [f"{part} {name}", *_cells(group)] for part, groups in result.parts.items() for name, group in groups.items()
    ]
    show.table(HEADER, rows, right=True)
    if result.unknown:
        click.echo(f"  the judge has not labelled {result.unknown:,} pairs")
    bins = ", ".join(f"{mean:.2f} -> {share:.2f} ({count:,})" for mean, share, count in result.calibration.bins)
    click.echo(
        f"  confidence -> agreement, ties half: {bins}; expected calibration error {result.calibration.error:.3f}, "
        f"{result.calibration.decided:.3f} with ties left out"
    )


def _reliability(curves: dict[str, Calibration]) -> dict[str, Any]:
    """Return a chart of how often labels are right against how certain they are; a point's size is its number of pairs."""
    values = [
        {"of": f"{name} (ECE {curve.error:.3f})", "confidence": confidence, "agreement": share, "pairs": count}
        for name, curve in curves.items()
        for confidence, share, count in curve.bins
    ]
    x, y = (
        {"field": name, "type": "quantitative", "scale": {"domain": domain}}
        for name, domain in (("confidence", [0.5, 1]), ("agreement", [0, 1]))
    )
    ends = {"data": {"values": [{"x": 0.5, "x2": 1}]}, "mark": {"type": "rule", "strokeDash": [2, 3]}}
    diagonal = {
        "x": {"field": "x", "type": "quantitative"},
        "x2": {"field": "x2"},
        "y": {"field": "x"},
        "y2": {"field": "x2"},
    }
    colour = {"field": "of", "type": "nominal", "legend": {"title": None, "orient": "top", "columns": 1}}
    size = {"field": "pairs", "type": "quantitative", "legend": None}
    return {
        "description": "How often labels are right against how certain they are",
        "width": 460,
        "height": 300,
        "layer": [
            {**ends, "encoding": diagonal},
            {"data": {"values": values}, "mark": "line", "encoding": {"x": x, "y": y, "color": colour}},
            {"data": {"values": values}, "mark": "circle", "encoding": {"x": x, "y": y, "color": colour, "size": size}},
        ],
    }


def _cells(a: Agreement) -> list[str]:
    values = (a.agreement, a.model_error, a.ties_half, a.ties_wrong, a.longer)
    agreement, *rest = ("-" if math.isnan(value) else f"{value:.3f}" for value in values)
    interval = "-" if agreement == "-" else f"{a.low:.3f} to {a.high:.3f}"
    return [f"{a.pairs:,}", f"{a.ties:,}", agreement, interval, *rest]


def _finite(value: object) -> object:
    """Return the same with null for NaN and infinity, which JSON lacks."""
    if isinstance(value, dict):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
