"""The report of a dataset: verdicts, panels and the sections of all figures, on one page beside the dataset."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

import attrs
import pyarrow as pa

import zebra_core as zebra
from zebra_core.plugins.protocols import TakesLints
from zebra_report.figures import FIGURES
from zebra_report.lints.results import run_lints
from zebra_report.order import in_order
from zebra_report.page import Page
from zebra_report.panels.explore import explore
from zebra_report.panels.pairs import Browsing
from zebra_report.verdicts import verdicts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from zebra_core.base.vega import Kind

    Options = Mapping[str, Mapping[str, object]]
    Lints = Mapping[str, zebra.LintResult]
    Shares = Mapping[tuple[str, str], float]

IMAGES: tuple[Kind, ...] = ("svg", "png")
"""The files that charts can be drawn to, by suffix."""


@attrs.frozen
class Report:
    """A report that is written: its page, and the results of the lints by name."""

    page: Path
    lints: Lints


def write_report(
    dataset: zebra.Dataset,
    plugins: zebra.Plugins,
    options: Options | None = None,
    images: Sequence[Kind] = (),
    shares: Shares | None = None,
) -> Report:
    """Write `report/` in a dataset's folder: report.html, each table as CSV, and each chart as the `images`, svg or png.

    `options` are those of figures and lints, by target, and `shares` those of an audit (see `read_shares`). Raise ZebraError if an
    option addresses neither, or if images are to be drawn and the extra `report` is not installed.
    """
    with plugins.stage("report") as done:
        page, sections, lints = make_page(dataset, plugins, options or {}, shares)
        output = dataset.folder / "report"
        _write(output, {"report.html": page.html(), **_tables(sections), **_images(sections, images)})
        done(dataset)
    return Report(output / "report.html", lints)


def page_of(dataset: zebra.Dataset, plugins: zebra.Plugins) -> str:
    """Return the page of a dataset as HTML."""
    page, _, _ = make_page(dataset, plugins, {})
    return page.html()


def make_page(
    dataset: zebra.Dataset, plugins: zebra.Plugins, options: Options, shares: Shares | None = None
) -> tuple[Page, dict[str, zebra.Section], Lints]:
    """Return the page of a dataset, the sections of its figures by name, and the results of the lints by name."""
    _check_targets(plugins, options)
    browsing = Browsing.of(dataset, plugins)
    choice = explore(dataset, plugins, shares, browsing.see)  # both take what they need of the pool, which is read once
    pa.default_memory_pool().release_unused()
    lints = run_lints(dataset, plugins, options)
    sections = dict(_sections(dataset, plugins, options, lints))
    panels = {"pairs": browsing.panel(lints), **({"explore": choice} if choice else {})}
    parts = {**dict(islice(sections.items(), 1)), **panels, **sections}
    manifest = dataset.manifest
    facts = (
        f"{manifest.summary.pairs:,} pairs, strategy {manifest.recipe['strategy']}, rule {manifest.recipe['rule']}, "
        f"ZEBRA {manifest.zebra}"
    )
    return Page(dataset.folder.name, facts, parts, verdicts_of(dataset, lints)), sections, lints


def _check_targets(plugins: zebra.Plugins, options: Options) -> None:
    components = [*plugins.of_kind("figure"), *plugins.of_kind("lint")]
    targets = {target for component in components for target in zebra.names_of(component)}
    for target in options:
        if target not in targets:
            what = "figure or lint"
            raise zebra.unknown(what, target, [component.name for component in components])


def _tables(sections: Mapping[str, zebra.Section]) -> dict[str, str]:
    return {f"{_stem(name)}.csv": _as_csv(section.rows) for name, section in sections.items() if section.rows}


def _images(sections: Mapping[str, zebra.Section], kinds: Sequence[Kind]) -> dict[str, bytes]:
    """Return each chart as files; those after the first of a section are numbered from 2."""
    charts = {
        f"{_stem(name)}{f'-{number}' if number > 1 else ''}": chart
        for name, section in sections.items()
        for number, chart in enumerate(section.charts, 1)
    }
    files = {kind: zebra.charts.draw([*charts.values()], kind) for kind in kinds}
    return {f"{stem}.{kind}": file for kind in kinds for stem, file in zip(charts, files[kind], strict=True)}


def _stem(name: str) -> str:
    return name.replace(":", ".")  # a colon cannot be part of a file's name on every system


def _write(output: Path, contents: Mapping[str, str | bytes]) -> None:
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            zebra.storage.write_durably(output / name, content)
    except OSError as error:
        msg = f"cannot write {output}: {error.strerror}"
        raise zebra.ZebraError(msg) from error


def _sections(
    dataset: zebra.Dataset, plugins: zebra.Plugins, options: Options, lints: Lints
) -> Iterator[tuple[str, zebra.Section]]:
    figures = sorted(plugins.of_kind("figure"), key=lambda figure: figure.factory not in FIGURES.values())
    for component, note in in_order(figures):
        section = _section(component, zebra.options_for(component, options, plugins), dataset, lints)
        if section is not None:
            notes = [*section.notes, note] if note else section.notes
            yield plugins.unique_name(component), attrs.evolve(section, notes=notes)


def _section(
    component: zebra.Component, options: Mapping[str, object], dataset: zebra.Dataset, lints: Lints
) -> zebra.Section | None:
    """Return the section of a figure; of one that fails, the error. Raise ZebraError for options that do not fit."""
    try:
        figure = component.bind(options)
    except zebra.PluginError as error:
        return _failed(component, error)
    takes_lints = isinstance(figure.instance, TakesLints) and figure.instance.takes_lints
    try:
        section = figure(dataset, lints) if takes_lints else figure(dataset)
    except zebra.ZebraError as error:
        return _failed(component, error)
    fault = _fault(section)
    return _failed(component, f"{component}: {fault}") if fault else section


def _failed(component: zebra.Component, error: object) -> zebra.Section:
    return zebra.Section(component.name, f"This figure is missing, because it failed. {error}")


def _fault(section: object) -> str:
    """Return what is wrong with the result of a figure; empty if nothing is."""
    if section is None:
        return ""
    if not isinstance(section, zebra.Section):
        return f"a figure returns a zebra.Section or None, got {type(section).__name__}"
    return section.fault


def _as_csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
