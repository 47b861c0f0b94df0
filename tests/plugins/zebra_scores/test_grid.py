"""No table, however odd, gives a NaN, an infinite value or a traceback."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.installed import installed_plugins
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zebra_core as zebra

CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "-",
            "n/a",
            "1",
            "1",
            "0.5",
            "50%",
            "-1",
            "1e308",
            "-1e308",
            "1e-320",
            "nan",
            "inf",
            "x",
            "1,5",
            "٣",
            "1_000",
        ]
    ),
    st.floats().map(str),
    st.integers(-(10**400), 10**400).map(str),
    st.text(max_size=4),
)

NAMES = st.sampled_from(
    ["mmlu", "GSM8K", "arc (0-shot)", "arc (25-shot)", "HarmBench", "BBQ", "MT-Bench", "WMDP", "model", ""]
)


def assert_answered(location: str, how: str) -> None:
    """Read, normalise and compare: figures are finite, or a ZebraError says what is wrong; any other exception is a fault."""
    recipe = zebra.make_recipe({"missing": "mean", "normalisation": how})
    try:
        table = zebra.read_scores(location, recipe=recipe, plugins=installed_plugins())
        result = zebra.derive_behavior(table, "cosine", recipe, installed_plugins())
    except zebra.PluginError:
        raise
    except zebra.ZebraError as error:
        assert str(error)  # noqa: PT017
        return
    for figures in (result.vectors, result.superiority, result.similarity):
        assert np.isfinite(figures).all()
    assert 0 <= result.vectors.min() <= result.vectors.max() <= 1


HOW = st.sampled_from(["minmax", "range", "zscore", "rank"])

QUIET = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@QUIET
@given(st.lists(NAMES, min_size=1, max_size=5), st.lists(st.lists(CELL, max_size=6), max_size=6), HOW)
def test_any_csv(tmp_path: Path, header: list[str], rows: list[list[str]], how: str) -> None:
    """Cells of any text, rows of any length, columns of any name."""
    sink = io.StringIO()
    csv.writer(sink).writerows([["model", *header], *([f"m{k}", *row] for k, row in enumerate(rows))])
    (tmp_path / "t.csv").write_text(sink.getvalue(), encoding="utf-8", errors="replace")
    assert_answered(str(tmp_path / "t.csv"), how)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=3), st.sampled_from(["-", "50%"])),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "a",
                    "b",
                    "MMLU",
                    "model",
                    "results",
                    "versions",
                    "acc",
                    "acc,none",
                    "benchmarks",
                    "scores",
                    "header",
                    "rows",
                    "value",
                    "config_general",
                    "eval",
                    "task",
                    "model_info",
                    "evaluation_results",
                    "stderr",
                    "direction",
                    "groups",
                    "group_subtasks",
                    "config",
                    "metrics",
                ]
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@QUIET
@given(JSON, HOW)
def test_any_json(tmp_path: Path, content: Any, how: str) -> None:
    """Any content of a JSON file, with the names that the readers look for."""
    (tmp_path / "t.json").write_text(json.dumps(content), encoding="utf-8", errors="replace")
    assert_answered(str(tmp_path / "t.json"), how)


@pytest.mark.parametrize("text", ["", "|", "| a |\n|---|\n", "no table"])
def test_a_page_without_a_table(tmp_path: Path, text: str) -> None:
    """It is an error with the file's name."""
    (tmp_path / "t.md").write_text(text)
    with pytest.raises(zebra.ZebraError, match=r"t\.md"):
        zebra.read_scores(str(tmp_path / "t.md"), plugins=installed_plugins())


def test_a_markdown_table_of_links(tmp_path: Path) -> None:
    """A cell that is a link has the value that it shows."""
    (tmp_path / "t.md").write_text("| model | mmlu |\n|---|---|\n| a | [1](x) |\n| b | 2 |\n")
    result = zebra.read_scores(str(tmp_path / "t.md"), plugins=installed_plugins())
    assert (result.models, result.values.tolist()) == (("a", "b"), [[1.0], [2.0]])
