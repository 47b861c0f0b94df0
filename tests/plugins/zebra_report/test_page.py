"""The report of a dataset."""

from __future__ import annotations

import csv
import html
import json
import re
import xml.etree.ElementTree as ET

import pytest
from helpers.reports import FIGURES

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.report import make_page

TABLES = {
    "scores", "similarity", "map", "frequencies", "model-pairs", "distributions", "texts", "lints", "cost",
}  # fmt: skip


def test_what_is_written(zebra_cli: Project) -> None:
    """A page that needs nothing else, and each table as CSV; twice the same."""
    zebra_cli.run("run")
    assert zebra_cli.run("report", "zebra-dataset").stdout == "The report is zebra-dataset/report/report.html\n"
    folder = zebra_cli.folder / "zebra-dataset/report"
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {*first} == {f"{name}.csv" for name in TABLES} | {"report.html"}
    page = first["report.html"].decode()
    assert not re.findall(r'\s(?:src|href)="(?!#|data:)', re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL))
    charts = json.loads(page.split('id="charts-data">')[1].split("</script>")[0])["charts"]
    assert {name for name, drawn in charts.items() if drawn} == FIGURES
    zebra_cli.run("report", "zebra-dataset")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_images(zebra_cli: Project) -> None:
    """`--image` draws each chart: SVG that is XML, and PNG; a section of several charts has numbered files."""
    pytest.importorskip("vl_convert")
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset", "--image", "svg", "--image", "png")
    folder = zebra_cli.folder / "zebra-dataset/report"
    stems = FIGURES | {f"distributions-{number}" for number in (2, 3, 4)}
    assert {path.stem for path in folder.glob("*.svg")} == {path.stem for path in folder.glob("*.png")} == stems
    for path in folder.glob("*.svg"):
        ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314  # our own
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in folder.glob("*.png"))
    assert (
        "'gif' is not one of 'svg', 'png'" in zebra_cli.run("report", "zebra-dataset", "--image", "gif", code=2).stderr
    )


def test_charts_are_vega_lite(zebra_cli: Project, plugins: zebra.Plugins) -> None:
    """Each chart of the demo's report is valid by the schema of Vega-Lite, which Altair has."""
    altair = pytest.importorskip("altair")
    zebra_cli.run("run")
    _, sections, _ = make_page(zebra.Dataset.open("zebra-dataset"), plugins, {})
    charts = [chart for section in sections.values() for chart in section.charts]
    assert len(charts) > 8
    for chart in charts:
        assert isinstance(zebra.charts.as_altair(chart), altair.TopLevelMixin)


def test_the_tables_are_the_manifest(zebra_cli: Project) -> None:
    """Frequencies are those of the shards; costs are Table 3's unit costs times the pairs; texts are compared as stated."""
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset")
    folder = zebra_cli.folder / "zebra-dataset/report"
    tables = {
        name: list(csv.DictReader((folder / f"{name}.csv").read_text().splitlines(keepends=True))) for name in TABLES
    }
    rows = zebra_cli.dataset()
    for row in tables["frequencies"]:
        assert int(row["chosen"]) == sum(content["chosen_model"] == row["model"] for content in rows)
        assert int(row["rejected"]) == sum(content["rejected_model"] == row["model"] for content in rows)
    assert [float(row["USD"]) for row in tables["cost"]] == pytest.approx(
        [151.2, 37.8, 75.6, 0]
    )  # 600 x .252, .063, .126
    assert sum(int(row["pairs"]) for row in tables["model-pairs"]) == 600
    compared = [float(row["mean TF-IDF similarity"]) for row in tables["texts"]]
    assert compared[1] > compared[0] > compared[2]  # most alike models, the pairs, least alike models


def test_options_of_figures(zebra_cli: Project) -> None:
    """One's own price adds a row; an unknown figure is an error."""
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset", "--set", "cost.unit=0.05")
    assert "yours,0.05,30.0\n" in (zebra_cli.folder / "zebra-dataset/report/cost.csv").read_text()
    output = zebra_cli.run("report", "zebra-dataset", "--set", "costs.unit=1", code=2).stderr
    assert "there is no figure or lint 'costs'; did you mean 'cost'?" in output


def test_a_figure_of_a_plugin(zebra_cli: Project) -> None:
    """It is a section of the page, with its table as CSV."""
    plugin = "import zebra_core as zebra\n@zebra.hookimpl\ndef zebra_figures():\n    return {'mine': mine}\ndef mine(dataset):\n"
    zebra_cli.write(
        "mine.py", f"{plugin}    return zebra.Section('Mine & yours', 'Words.', rows=[['n'], [dataset.total]])\n"
    )
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset", "--plugin", "mine")
    assert "Mine &amp; yours" in (zebra_cli.folder / "zebra-dataset/report/report.html").read_text()
    assert (zebra_cli.folder / "zebra-dataset/report/mine.csv").read_text() == "n\n600\n"


def test_two_figures_of_one_name(zebra_cli: Project) -> None:
    """Each figure has its own section and file, with its plugin's name; an option reaches the one that is named."""
    plugin = """
import attrs
import zebra_core as zebra
@zebra.hookimpl
def zebra_figures():
    return {"mine": Mine}
@attrs.frozen
class Mine:
    size: int = 1
    def __call__(self, dataset):
        return zebra.Section("Mine", "Words.", rows=[["NAME"], [self.size]])
"""
    for name in ("one", "two"):
        zebra_cli.write(f"{name}.py", plugin.replace("NAME", name))
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset", "--plugin", "one", "--plugin", "two", "--set", "two:mine.size=2")
    folder = zebra_cli.folder / "zebra-dataset/report"
    names = re.findall('<section id="([^"]*)"', (folder / "report.html").read_text())
    assert names[-2:] == ["one:mine", "two:mine"]
    tables = {path.name: path.read_text() for path in folder.glob("*mine*")}
    assert tables == {"one.mine.csv": "one\n1\n", "two.mine.csv": "two\n2\n"}


def test_where_a_figure_stands(zebra_cli: Project) -> None:
    """A plugin's figure that follows `scores` is the section after it; one that follows nothing known is last, with a note."""
    plugin = """
import zebra_core as zebra
@zebra.hookimpl
def zebra_figures():
    return {"lost": lost, "mine": Mine}
@zebra.follows("spores")
def lost(dataset):
    return zebra.Section("Lost", "Words.")
class Mine:
    follows = "scores"
    def __call__(self, dataset):
        return zebra.Section("Mine", "Words.")
"""
    zebra_cli.write("mine.py", plugin)
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset")
    page = zebra_cli.folder / "zebra-dataset/report/report.html"
    names = re.findall('<section id="([^"]*)"', page.read_text())
    zebra_cli.run("report", "zebra-dataset", "--plugin", "mine")
    after = names.index("scores") + 1
    text = html.unescape(page.read_text())
    assert re.findall('<section id="([^"]*)"', text) == [*names[:after], "mine", *names[after:], "lost"]
    assert text.count("This section is at the end of the page: there is no figure 'spores' for it to follow.") == 1


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("return 5", "a figure returns a zebra.Section or None, got int"),
        ("return 1 / 0", "it failed with ZeroDivisionError: division by zero (mine.py, line 6)"),
        ("raise SystemExit(0)", "it failed with SystemExit"),
        ("raise zebra.ZebraError('no data')", "no data"),
        (
            "return zebra.Section('T', 'Text.', ['nothing'])",
            "a chart is a Vega-Lite specification as a dictionary, got str",
        ),
        ("return zebra.Section('T', 'Text.', {'mark': 'bar'})", "charts of a zebra.Section must be a list, got dict"),
        ("return zebra.Section('T', 'Text.', [{'height': float('nan')}])", "a chart must be valid JSON"),
        (
            "return zebra.Section('T', 'Text.', [{'data': {'url': 'x'}}])",
            "a chart must hold its data, and link to nothing",
        ),
        ("return zebra.Section('T', 'Text.', rows=[['a', 'b'], [1]])", "must have one length"),
        ("return zebra.Section('T', None)", "must be strings"),
    ],
)
def test_a_figure_that_fails(zebra_cli: Project, code: str, message: str) -> None:
    """The page has a section with its name and the error in place of the figure, and all other sections."""
    plugin = "import zebra_core as zebra\n@zebra.hookimpl\ndef zebra_figures():\n    return {'mine': mine}\ndef mine(dataset):\n"
    zebra_cli.write("mine.py", f"{plugin}    {code}\n")
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset", "--plugin", "mine")
    page = html.unescape((zebra_cli.folder / "zebra-dataset/report/report.html").read_text())
    assert ">mine</h2>" in page
    assert "This figure is missing, because it failed. figure 'mine' of plugin 'mine': " in page
    assert message in page
    assert page.count("<h2") == 15  # the twelve built-in ones, two panels, and this one
