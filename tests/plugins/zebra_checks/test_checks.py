"""Warnings about scores."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import zebra_core as zebra
from zebra_core.scores.checks import ScoreWarning, check_scores
from zebra_core.testing import Project

SOUND = "model,mmlu,gsm8k,hellaswag,ifeval\na,70,48,80,40\nb,60,52,75,55\nc,50,30,60,70\nd,40,20,85,30\ne,65,45,55,65\n"

ODD = {
    "out-of-range": (SOUND.replace("d,40", "d,140"), "d has 140 on MMLU"),
    "off-its-column": (SOUND.replace("c,50,30", "c,0.5,30"), "c has 0.5 on MMLU"),
    "at-chance": (SOUND.replace("d,40", "d,25"), "d has 25 on MMLU"),
    "identical-models": (SOUND + "f,65,45,55,65\n", "e = f"),
    "derived-benchmark": (
        "model,mmlu,gsm8k,ifeval\na,70,50,60\nb,60,65,62.5\nc,50,30,40\nd,40,20,30\ne,65,45,55\n",
        "IFEval is the mean of the others",
    ),
    "gamed-row": (SOUND + "NullModel,86,77,78,90\n", "NullModel"),
    "base-model-value": (SOUND.replace("a,70", "org/x-7b-chat,70") + "x-7b-hf,70.003,11,12,13\n", "org/x-7b-chat has on MMLU"),
    "few-benchmarks": ("model,mmlu,gsm8k\na,70,50\nb,60,65\n", "MMLU, GSM8K"),
    "dominant-benchmark": ("model,mmlu,gsm8k,ifeval\na,90,50,51\nb,70,51,50\nc,50,50.5,50\nd,30,50,50.5\n", "MMLU"),
}  # fmt: skip


CHECKS = [component.bind() for component in zebra.load_plugins().of_kind("score check")]


def warnings(table: zebra.ScoreTable, *silence: str) -> list[ScoreWarning]:
    return check_scores(table, CHECKS, silence)


def result(cli: Project, text: str, *silence: str) -> dict[str, tuple[str, ...]]:
    cli.write("s.csv", text)
    table = zebra.read_scores("s.csv", recipe=zebra.Recipe(missing="mean"))
    return {doubt.name: doubt.rows for doubt in warnings(table, *silence)}


def test_a_sound_table(zebra_cli: Project) -> None:
    """It gives no warning; every warning has a case below."""
    assert result(zebra_cli, SOUND) == {}
    assert set(ODD) == {check.name for check in CHECKS}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_table(zebra_cli: Project, name: str) -> None:
    """The warning names the rows, is printed with the flag that hides it, is in the manifest, and can be hidden."""
    text, row = ODD[name]
    assert result(zebra_cli, text)[name][0].startswith(row)
    output = zebra_cli.run("scores", "--scores", "s.csv").stderr
    assert f"Warning: [{name}]" in output
    assert f"(--silence {name})" in output
    assert f"[{name}]" not in zebra_cli.run("scores", "--scores", "s.csv", "--silence", name).stderr


def test_the_manifest_has_the_warnings(zebra_cli: Project) -> None:
    """The manifest has the warnings that were printed."""
    zebra_cli.write("s.csv", "model,mmlu\na,70\nb,60\n")
    zebra_cli.write("p.jsonl", '{"instruction": "q", "a": "x", "b": "y"}\n')
    zebra_cli.run("run", "--pool", "p.jsonl", "--scores", "s.csv", "--threshold", "-1")
    assert [w["name"] for w in zebra_cli.manifest()["scores"]["warnings"]] == ["few-benchmarks"]


def test_an_unknown_warning_is_not_silenced(zebra_cli: Project) -> None:
    """A misspelt name is an error with the closest one."""
    zebra_cli.write("s.csv", SOUND)
    assert (
        "did you mean 'at-chance'?"
        in zebra_cli.run("scores", "--scores", "s.csv", "--silence", "at-chanc", code=2).stderr
    )


def test_the_papers_table_has_base_model_values(shared: Path, zebra_cli: Project) -> None:
    """With the public v2 table, the warning names llama-2-7b, 13b and 70b-chat, and no other model of the papers."""
    public = shared / "leaderboards/open_llm_leaderboard_v2_20250321.csv"
    table = zebra.read_scores("paper", str(public), recipe=zebra.Recipe(missing="mean"))
    (doubt,) = (d for d in warnings(table) if d.name == "base-model-value")
    papers = [row for row in doubt.rows if row.partition(" has on ")[0] in zebra.read_scores("paper").models]
    assert [row.partition(" (")[0] for row in papers] == [
        f"llama-2-{size}-chat has on IFEval what meta-llama/Llama-2-{size}-hf has" for size in ("7b", "13b", "70b")
    ]


@given(
    st.lists(
        st.lists(st.one_of(st.floats(-1e308, 1e308), st.just(float("nan"))), min_size=3, max_size=3),
        min_size=1,
        max_size=7,
    )
)
def test_no_table_breaks_a_check(rows: list[list[float]]) -> None:
    """For any numbers, the checks give neither an exception nor a warning of numpy."""
    benchmarks = [
        zebra.Benchmark("x", direction="higher", bounds=(0, 100), chance=25),
        zebra.Benchmark("y", direction="lower"),
        zebra.Benchmark("z", direction=3.0),
    ]
    table = zebra.ScoreTable(
        [f"m{k}-chat" if k % 2 else f"m{k - k % 2}" for k in range(len(rows))], benchmarks, np.array(rows)
    )
    for doubt in warnings(table):
        assert doubt.rows
        assert str(doubt)
