"""The report of a dataset."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from helpers.reports import FIGURES

from zebra_core.testing import Project

TABLES = {"scores", "similarity", "frequencies", "model-pairs", "distributions", "texts", "lints", "cost", "samples"}

BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")


def test_what_is_written(zebra_cli: Project) -> None:
    """A page that needs nothing else, each figure as SVG that is XML, each table as CSV; twice the same."""
    zebra_cli.run("run")
    assert zebra_cli.run("report", "zebra-dataset").stdout == "The report is zebra-dataset/report/report.html\n"
    folder = zebra_cli.folder / "zebra-dataset/report"
    expected = {f"{name}.svg" for name in FIGURES} | {f"{name}.csv" for name in TABLES} | {"report.html"}
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {*first} == expected
    for name in FIGURES:
        ET.fromstring(first[f"{name}.svg"])  # noqa: S314  # our own
    page = first["report.html"].decode()
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page.replace('xlink:href="#', 'href="#'))
    assert page.count("<svg") == len(FIGURES)
    zebra_cli.run("report", "zebra-dataset")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


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
    assert len(tables["samples"]) == 12
    margins = [float(m) for m in (re.search(r"margin (-?[\d.]+)", row["why"])[1] for row in tables["samples"])]  # type: ignore[index]
    assert margins == sorted(margins)
    assert margins[0] < 0 < margins[-1]  # consensus outweighs the scores in some


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
        ("return zebra.Section('T', 'Text.', svg='nothing')", "must contain an <svg> element"),
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
    assert "<h2>mine</h2>" in page
    assert "This figure is missing, because it failed. figure 'mine' of plugin 'mine': " in page
    assert message in page
    assert page.count("<section") == 14  # the thirteen built-in ones, and this one


@pytest.mark.skipif(not BROWSER, reason="needs chromium")
@pytest.mark.parametrize("run", ["demo", "alpaca_eval_pool4_dev", "recent_pool_dev"])
def test_in_a_browser(zebra_cli: Project, shared: Path, run: str) -> None:
    """No console error, every figure with a size, and no horizontal scroll at 390 px."""
    scores = {"alpaca_eval_pool4_dev": "paper", "recent_pool_dev": str(shared / "recent_scores_v1.csv")}
    pool = (
        []
        if run == "demo"
        else ["--pool", str(shared / f"{run}.parquet"), "--scores", scores[run], "--missing", "drop-model"]
    )
    zebra_cli.run("run", *pool, "--strategy", "random")
    zebra_cli.run("report", "zebra-dataset")
    page = zebra_cli.folder / "zebra-dataset/report/report.html"
    probe = (
        "<script>addEventListener('load', () => { const root = document.documentElement; root.dataset.probe = JSON.stringify({"
        "wide: root.scrollWidth, window: innerWidth, svgs: [...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().height),"
        "clipped: [...document.querySelectorAll('section')].filter(s => s.getBoundingClientRect().right > innerWidth).map(s => s.id)}) })</script>"
    )
    page.write_text(page.read_text().replace("</body>", f"{probe}</body>"))
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=390,900", "--enable-logging=stderr", "--v=0"]
    done = subprocess.run(
        [str(BROWSER), *flags, "--dump-dom", f"file://{page}"], capture_output=True, text=True, timeout=120, check=True
    )
    assert "CONSOLE" not in done.stderr
    result = json.loads(re.search(r'data-probe="([^"]*)"', done.stdout)[1].replace("&quot;", '"'))  # type: ignore[index]
    assert result["wide"] <= result["window"]
    assert result["clipped"] == []
    assert len(result["svgs"]) == len(FIGURES)
    assert min(result["svgs"]) > 100
