"""The papers' own figures come out of the embedded table."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import paper
import pytest

import zebra_core as zebra
from zebra_core.testing import Project


@pytest.fixture(scope="module")
def behavior(plugins: zebra.Plugins) -> zebra.Behavior:
    return zebra.derive_behavior(zebra.read_scores("paper", plugins=plugins), plugins=plugins)


def test_behavior_command_prints_figure_10(zebra_cli: Project) -> None:
    """`zebra behavior --scores paper` gives the 96 normalised scores and the 256 similarities of Figure 10."""
    result = json.loads(zebra_cli.run("behavior", "--scores", "paper", "--format", "json").stdout)
    assert result["models"] == paper.MODELS
    assert [name.lower() for name in result["benchmarks"]] == [name.lower() for name in paper.BENCHMARKS]
    np.testing.assert_allclose(result["vectors"], paper.NORMALISED, rtol=0, atol=0.0005)
    np.testing.assert_allclose(result["similarity"], paper.SIMILARITY, rtol=0, atol=0.0005)


def test_superiority_is_the_average_score_of_table_4(behavior: zebra.Behavior) -> None:
    """MB-SUP is the column Average Score of Table 4, to the half of its last digit."""
    np.testing.assert_allclose(behavior.superiority, paper.AVERAGE, rtol=0, atol=0.005)


def test_printed_table_differs_by_its_rounding(plugins: zebra.Plugins, behavior: zebra.Behavior) -> None:
    """Table 4 as printed rounds MMLU-Pro to two decimals, which moves MB-SIM by at most .0088."""
    printed = zebra.derive_behavior(zebra.read_scores("paper-printed", plugins=plugins), plugins=plugins)
    assert printed.models == behavior.models
    assert 0.008 < np.abs(printed.similarity - behavior.similarity).max() < 0.0089


def test_threshold_excludes_one_pair(behavior: zebra.Behavior) -> None:
    """Of the 120 pairs of the papers' models, tau = 0.1 excludes one: starchat and pythia-12b at .021."""
    low = [(behavior.models[i], behavior.models[j]) for i, j in np.argwhere(np.triu(behavior.similarity < 0.1, 1))]
    assert low == [("starchat", "pythia-12b")]


def test_embedded_tables_are_the_sources(shared: Path, plugins: zebra.Plugins) -> None:
    """The embedded tables hold each figure of the authors' file and of Table 4."""
    for name, file in (("paper", "upstream_benchmark.csv"), ("paper-printed", "table4_scores.csv")):
        table = zebra.read_scores(name, plugins=plugins)
        with (shared / "paper" / file).open(encoding="utf-8-sig") as lines:
            rows = [row for row in list(csv.reader(lines))[1:] if any(row[1:])]
        assert [row[0].lower() for row in rows] == list(table.models)
        printed = np.array([[float(cell.rstrip("%")) for cell in row[1:7]] for row in rows])
        printed[:, printed.max(axis=0) <= 1] *= 100  # one column is in fractions
        np.testing.assert_array_equal(table.values, printed)
