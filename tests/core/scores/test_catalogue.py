"""The names of benchmarks, by the catalogue."""

from __future__ import annotations

import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.scores.catalogue import BenchmarkIndex, key
from zebra_core.testing import Project


def test_spellings_of_a_benchmark() -> None:
    """Case, spaces, punctuation and text in brackets make no difference."""
    assert {key(name) for name in ("ARC-C", "arc_c", "ARC C\n(25-shot)", "Arc-c [acc_norm]")} == {"arcc"}
    assert key("MMLU-Pro") != key("MMLU")


@pytest.mark.parametrize("name", ["arc", "ARC-C", "ARC(25-shot)", "arc_challenge", "ai2_arc", "ARC-Challenge"])
def test_one_benchmark_under_many_names(zebra_cli: Project, name: str) -> None:
    """Each spelling becomes the catalogue's benchmark, with axis, direction, range and chance; fractions become percent."""
    zebra_cli.write("s.csv", f'model,"{name}",mmlu\na,.7,60\nb,.5,50\n')
    table = zebra.read_scores("s.csv")
    benchmark = table.benchmarks[0]
    assert (benchmark.name, benchmark.axis, benchmark.direction) == ("ARC-Challenge", "reasoning", "higher")
    assert (benchmark.bounds, benchmark.chance) == ((0, 100), 25)
    np.testing.assert_allclose(table.values, [[70, 60], [50, 50]])


def test_precedence_of_descriptions(zebra_cli: Project) -> None:
    """The catalogue of a named plugin takes precedence over the bundled one, and the recipe over both."""
    zebra_cli.write(
        "own.py",
        "import zebra_core as zebra\n@zebra.hookimpl\ndef zebra_catalogues():\n    return {'own': own}\n"
        "def own():\n    return {'MMLU': {'axis': 'ours', 'direction': 'higher'}, 'zest': {'direction': 'lower'}}\n",
    )
    zebra_cli.write("s.csv", "model,mmlu,Zest (2026)\na,70,1\nb,50,2\n")
    recipe = zebra.make_recipe({"plugins": ["./own.py"], "benchmarks": {"MMLU": {"weight": 2}}})
    described = [(b.name, b.axis, b.direction, b.weight) for b in zebra.read_scores("s.csv", recipe=recipe).benchmarks]
    assert described == [("MMLU", "ours", "higher", 2), ("zest", "", "lower", 1)]


def test_a_catalogue_is_checked() -> None:
    """A plugin that describes a benchmark wrongly is named."""
    with pytest.raises(zebra.PluginError, match=r"catalogue of plugin 'bad'.*did you mean 'direction'"):
        BenchmarkIndex.from_catalogues([("bad", {"x": {"directon": "lower"}})])


def test_columns_that_are_one_benchmark(zebra_cli: Project) -> None:
    """Two settings of one benchmark fill each other's gaps, and keep their own names if they disagree on a model."""
    zebra_cli.write("gaps.csv", 'model,"arc (0-shot)","arc (25-shot)"\na,50,\nb,,60\n')
    assert [b.name for b in zebra.read_scores("gaps.csv").benchmarks] == ["ARC-Challenge"]
    zebra_cli.write("both.csv", 'model,"arc (0-shot)","arc (25-shot)"\na,50,55\nb,58,60\n')
    assert [b.name for b in zebra.read_scores("both.csv").benchmarks] == ["ARC-Challenge", "arc (25-shot)"]
