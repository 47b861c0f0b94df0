"""The lines at the top of a report."""

from __future__ import annotations

import pytest
from helpers.lint_pairs import build

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.lints.results import run_lints
from zebra_report.verdicts import verdicts_of


def verdicts(plugins: zebra.Plugins) -> dict[str, tuple[str, str]]:
    """Return level and fact of each line of the dataset, by name."""
    dataset = zebra.Dataset.open("zebra-dataset")
    lines = verdicts_of(dataset, run_lints(dataset, plugins, {}))
    return {line.name: (line.level, line.fact) for line in lines}


def test_what_was_put_there(zebra_cli: Project, plugins: zebra.Plugins) -> None:
    """Of seven pairs of two models two are identical, one nearly so, one has tokens, one refuses, one repeats a prompt."""
    build(zebra_cli)
    lines = verdicts(plugins)
    matched = "2 identical, 1 near-identical, 1 special-tokens, 1 refusal-chosen"
    assert lines["Texts"] == ("bad", f"pairs in all pairs: {matched}")
    assert lines["Duplicates"] == ("look", "1 pairs: the prompt also appears under another id")
    assert lines["Contamination"] == ("look", "not compared with any test set")
    level, fact = lines["Models"]
    assert level == "bad"
    assert fact.startswith("1 pairs of models, worth 1.0 of equal weight")
    assert lines["Length"][0] == "look"


@pytest.mark.parametrize("strategy", ["consensus-sim", "sup"])
def test_the_demo(zebra_cli: Project, plugins: zebra.Plugins, strategy: str) -> None:
    """The demo is spread over pairs of models by default; SUP takes few of them, and nobody has compared either with a test set."""
    zebra_cli.run("run", "--strategy", strategy)
    lines = verdicts(plugins)
    assert lines["Pairs"] == ("good", "600 pairs from 600 instructions")
    assert lines["Scores"][0] == lines["Duplicates"][0] == lines["Texts"][0] == "good"
    counts = [n for others in zebra_cli.manifest()["summary"]["model_pairs"].values() for n in others.values()]
    effective = sum(counts) ** 2 / sum(n * n for n in counts)
    assert f"{len(counts)} pairs of models, worth {effective:.1f} of equal weight" in lines["Models"][1]


def test_a_lint_of_the_same_name(zebra_cli: Project) -> None:
    """A plugin's lint `empty` has a line of its own, and the built-in one is still counted among those on texts."""
    build(zebra_cli)
    zebra_cli.write(
        "mine.py",
        "import zebra_core as zebra\n@zebra.hookimpl\ndef zebra_lints():\n    return {'identical': identical}\n"
        "def identical(dataset):\n    return zebra.LintResult('mine')\n",
    )
    lines = verdicts(zebra.load_plugins(["mine"]))
    assert lines["Texts"][1].startswith("pairs in all pairs: 2 identical, ")
    assert lines["mine:identical"] == ("good", "0 pairs: mine")
