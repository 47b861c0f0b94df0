"""Lints of plugins: in the report's table, and on their own if they fail."""

from __future__ import annotations

import csv
import html

import pytest
from helpers.lint_pairs import build

from zebra_core.testing import Project

PLUGIN = """import zebra_core as zebra
@zebra.hookimpl
def zebra_lints():
    return {'good': good}
def good(dataset):
"""
GOOD = """    ids = [i for i, text in zip(dataset.pairs["id"], dataset.pairs["chosen"]) if text == "Good."]
    return zebra.LintResult("the chosen response is 'Good.'", ids)
"""


def table(cli: Project) -> dict[str, list[str]]:
    text = (cli.folder / "zebra-dataset/report/lints.csv").read_text()
    return {row[0]: row[1:] for row in csv.reader(text.splitlines())}


def test_a_lint_of_a_plugin(zebra_cli: Project) -> None:
    """It is the last row of the table, and `--fail-on` ends with what it matched."""
    build(zebra_cli)
    zebra_cli.write("mine.py", PLUGIN + GOOD)
    output = zebra_cli.run("report", "zebra-dataset", "--plugin", "mine", "--fail-on", "good", code=2).stderr
    assert output == "Error: good: 2 pairs (the chosen response is 'Good.'), such as r5\n"
    rows = table(zebra_cli)
    assert [*rows][-1] == "good"
    assert rows["good"] == ["2", "the chosen response is 'Good.'", "r5, r6"]
    assert "the chosen response is 'Good.'" in html.unescape(
        (zebra_cli.folder / "zebra-dataset/report/report.html").read_text()
    )


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("return 1 / 0", "it failed with ZeroDivisionError: division by zero (mine.py, line 6)"),
        ("return 5", "a lint returns a zebra.LintResult or None, got int"),
        (
            "return zebra.LintResult(5)",
            "it failed with TypeError: fact and ids of a LintResult must be strings, got 5 and () (mine.py, line 6)",
        ),
        ("raise zebra.ZebraError('no data')", "no data"),
    ],
)
def test_a_lint_that_fails(zebra_cli: Project, code: str, message: str) -> None:
    """Its row has the error, a warning names it, `--fail-on` of it is an error, and the other lints are there."""
    build(zebra_cli)
    zebra_cli.write("mine.py", f"{PLUGIN}    {code}\n")
    output = zebra_cli.run("report", "zebra-dataset", "--plugin", "mine").stderr
    assert output.startswith("Warning: lint 'good' of plugin 'mine': ")
    assert message in output
    rows = table(zebra_cli)
    assert rows["good"][0] == ""
    assert rows["good"][1].startswith("This lint failed. lint 'good' of plugin 'mine': ")
    assert rows["identical"][0] == "2"
    assert message in zebra_cli.run("report", "zebra-dataset", "--plugin", "mine", "--fail-on", "good", code=2).stderr


def test_two_lints_of_one_name(zebra_cli: Project) -> None:
    """Both are rows, each with its plugin's name, and a bare name is an error that names both."""
    build(zebra_cli)
    zebra_cli.write("mine.py", (PLUGIN + GOOD).replace("'good': good", "'empty': good"))
    asked = ("report", "zebra-dataset", "--plugin", "mine", "--fail-on")
    zebra_cli.run(*asked, "report:empty")
    assert zebra_cli.run(*asked, "mine:empty", code=2).stderr.startswith("Error: mine:empty: 2 pairs")
    assert "report:empty and mine:empty" in zebra_cli.run(*asked, "empty", code=2).stderr
    rows = table(zebra_cli)
    assert (rows["report:empty"][0], rows["mine:empty"][0]) == ("0", "2")


def test_a_figure_receives_the_lints(zebra_cli: Project) -> None:
    """A figure that takes lints gets their results by name."""
    build(zebra_cli)
    figure = """
@zebra.hookimpl
def zebra_figures():
    return {"worst": Worst}
class Worst:
    takes_lints = True
    def __call__(self, dataset, lints):
        return zebra.Section("Worst", max(lints, key=lambda name: lints[name].count))
"""
    zebra_cli.write("mine.py", PLUGIN + GOOD + figure)
    zebra_cli.run("report", "zebra-dataset", "--plugin", "mine")
    assert "<p>dominant-models</p>" in (zebra_cli.folder / "zebra-dataset/report/report.html").read_text()
