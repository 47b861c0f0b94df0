"""The page of a report: the sections of all figures, put together and written beside the dataset."""

from __future__ import annotations

import csv
import io
import re
from importlib.resources import files
from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra
from zebra_core.plugins.protocols import TakesLints
from zebra_report.figures import FIGURES
from zebra_report.lints.results import run_lints
from zebra_report.order import in_order

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    Options = Mapping[str, Mapping[str, object]]
    Lints = Mapping[str, zebra.LintResult]


@attrs.frozen
class Report:
    """A report that is written: its page, and the results of the lints by name."""

    page: Path
    lints: Lints


def write_report(dataset: zebra.Dataset, plugins: zebra.Plugins, options: Options | None = None) -> Report:
    """Write `report/` in a dataset's folder: report.html, each figure as SVG, each table as CSV.

    `options` are those of figures and lints, by target. Raise ZebraError if one addresses neither, or if the extra `report`
    is not installed.
    """
    zebra.require_extra("report", "a report", ("jinja2", "matplotlib", "sklearn"))
    with plugins.stage("report") as done:
        _check_targets(plugins, options or {})
        lints = run_lints(dataset, plugins, options or {})
        page = _write(dataset, list(_sections(dataset, plugins, options or {}, lints)))
        done(dataset)
    return Report(page, lints)


def _check_targets(plugins: zebra.Plugins, options: Options) -> None:
    components = [*plugins.of_kind("figure"), *plugins.of_kind("lint")]
    targets = {target for component in components for target in zebra.names_of(component)}
    for target in options:
        if target not in targets:
            what = "figure or lint"
            raise zebra.unknown(what, target, [component.name for component in components])


def _write(dataset: zebra.Dataset, sections: list[tuple[str, zebra.Section]]) -> Path:
    output = dataset.folder / "report"
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, section in sections:
            stem = name.replace(":", ".")  # a colon cannot be part of a file's name on every system
            if section.svg:
                zebra.storage.write_durably(output / f"{stem}.svg", section.svg)
            if section.rows:
                zebra.storage.write_durably(output / f"{stem}.csv", _as_csv(section.rows))
        zebra.storage.write_durably(output / "report.html", _page(dataset, sections))
    except OSError as error:
        msg = f"cannot write {output}: {error.strerror}"
        raise zebra.ZebraError(msg) from error
    return output / "report.html"


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
    """Return what is wrong with the section that a figure returned; empty if nothing is."""
    if section is None:
        return ""
    if not isinstance(section, zebra.Section):
        return f"a figure returns a zebra.Section or None, got {type(section).__name__}"
    texts = (section.title, section.text, section.svg, *section.notes)
    if not all(isinstance(text, str) for text in texts):
        return "title, text, svg and notes of a zebra.Section must be strings"
    if section.svg and "<svg" not in section.svg:
        return "the svg of a zebra.Section must contain an <svg> element"
    if len({len(row) for row in section.rows}) > 1:
        return "the rows of a zebra.Section must have one length, that of the header"
    return ""


def _as_csv(rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _page(dataset: zebra.Dataset, sections: list[tuple[str, zebra.Section]]) -> str:
    from jinja2 import Environment  # noqa: PLC0415  # an extra
    from markupsafe import Markup  # noqa: PLC0415

    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, finalize=_printable)
    environment.filters["drawing"] = lambda svg: Markup(_inline(svg))  # noqa: S704  # drawn by a figure
    template = environment.from_string(files("zebra_report").joinpath("report.html.jinja").read_text(encoding="utf-8"))
    return str(
        template.render(
            name=dataset.folder.name,
            manifest=dataset.manifest,
            sections=sections,
            number=_shown,
            is_number=_is_number,
        )
    )


def _printable(value: object) -> object:
    """Return what a page shows of a value; only a drawing has markup."""
    return zebra.markup.printable(value) if type(value) is str else value


def _inline(svg: str) -> str:
    """Return a drawing for the page: in the colour of the text, and never too small to read."""
    svg = svg[svg.index("<svg") :].replace(zebra.drawing.INK, "currentColor")
    width = re.search(r'width="([\d.]+)pt"', svg)
    least = 0.8 * float(width[1]) * 4 / 3 if width else 480
    return svg.replace("<svg", f'<svg style="min-width: {least:.0f}px"', 1)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, float):
        return f"{value:,.3f}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
