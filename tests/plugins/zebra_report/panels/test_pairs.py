"""The panel in which pairs are browsed: which it carries, and what else each instruction could have given."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from helpers.lint_pairs import PROMPTS, RESPONSES, build

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.lints.results import run_lints
from zebra_report.panels import pairs, pairs_possible, pairs_sample
from zebra_report.panels.pairs import Browsing
from zebra_report.panels.pairs_sample import as_columns, as_rows, sample_pairs

SCORES = "model,MMLU,IFEval\na,90,90\nb,80,70\nc,70,80\nd,0,10\ne,10,0\n"
"""Scaled to [0, 1] by the lowest and the highest: superiority is 1 of a, 0.833 of b and of c, 0.056 of d and of e."""


def data_of(name: str = "zebra-dataset") -> dict[str, Any]:
    """Return the data of the panel of a dataset, as the page decodes it."""
    dataset, plugins = zebra.Dataset.open(name), zebra.load_plugins()
    panel = Browsing.of(dataset, plugins).panel(run_lints(dataset, plugins, {}))
    data: dict[str, Any] = json.loads(json.dumps(panel.data, allow_nan=False))
    return data


def test_the_pairs_and_the_lints(zebra_cli: Project) -> None:
    """The panel has every pair with its texts and lengths, and the rows that each lint matches."""
    build(zebra_cli)
    data = data_of()
    columns = data["pairs"]
    assert columns["prompt"] == PROMPTS
    assert [*zip(columns["chosen"], columns["rejected"], strict=True)] == RESPONSES
    assert columns["chosen_length"] == [len(chosen) for chosen, _ in RESPONSES]
    assert columns["place"] == [*range(7)]
    assert data["lints"] == {
        "identical": [0, 1],
        "near-identical": [4],
        "special-tokens": [3],
        "refusal-chosen": [2],
        "repeated-prompt": [6],
    }
    assert data["pool"] == {"scholar": [0, 0.9867], "parrot": [1, 0.0]} | data["pool"]
    assert data["models"]["names"] == ["scholar", "parrot"]
    assert [data["choices"][number]["pairs"] for number in columns["choice"]] == [
        [[0, 1, pytest.approx(0.9, abs=0.1), 0]]
    ] * 7


def reasons(cli: Project, *options: str) -> dict[str, str]:
    """Build a dataset of one instruction that a to e answered; return why each of its pairs was not made, and `made`."""
    cli.write("scores.csv", SCORES)
    cli.write(
        "pool.jsonl",
        json.dumps({"prompt": "Why?", **{model: f"{model}, " * (1 + "abcde".index(model)) for model in "abcde"}}),
    )
    cli.run("run", "--pool", "wide:pool.jsonl", "--scores", "scores.csv", "--overwrite", "--strategy", "sup", *options)
    data = data_of()
    names, pool = data["models"]["names"], data["pairs"]
    made = pool["chosen_model"][0] + pool["rejected_model"][0]
    (entry,) = data["choices"]
    return {
        "".join(pair): "made" if "".join(pair) == made else data["reasons"][reason]
        for better, worse, _, reason in entry["pairs"]
        for pair in [sorted([names[better], names[worse]])]
    }


def test_the_masks(zebra_cli: Project) -> None:
    """A gap of 0.167 is below 0.2; d and e are unlike the others; b and c tie; and a over the first of them is the best pair."""
    tie = "a tie by the rule"
    assert reasons(zebra_cli, "--threshold", "-2") == {
        "ab": "made", "ac": "less desirable", "ad": "less desirable", "ae": "less desirable", "bc": tie,
        "bd": "less desirable", "be": "less desirable", "cd": "less desirable", "ce": "less desirable", "de": tie,
    }  # fmt: skip
    narrow = reasons(zebra_cli, "--threshold", "-2", "--min-gap", "0.2")
    assert {pair for pair, reason in narrow.items() if reason == "superiority gap too small"} == {
        "ab",
        "ac",
        "bc",
        "de",
    }
    alike = reasons(zebra_cli, "--similarity", "rbf", "--threshold", "0.3")
    assert {pair for pair, reason in alike.items() if reason == "similarity below the threshold"} == {
        "ad",
        "ae",
        "bd",
        "be",
        "cd",
        "ce",
    }
    sure = reasons(zebra_cli, "--threshold", "-2", "--min-confidence", "0.7")
    assert {pair for pair, reason in sure.items() if reason == "confidence too low"} == {"ab", "ac", "bc", "de"}
    short = reasons(zebra_cli, "--threshold", "-2", "--length-ratio", "2")
    assert {pair for pair, reason in short.items() if reason == "too unlike in length"} == {"ac", "ad", "ae", "be"}


def test_the_first_possible_pair_is_made(zebra_cli: Project) -> None:
    """In the demo the most desirable possible pair of each of the 600 instructions is the one that was made."""
    zebra_cli.run("run")
    data = data_of()
    names, columns = data["models"]["names"], data["pairs"]
    for chosen, rejected, confidence, choice in zip(
        *(columns[name] for name in ("chosen_model", "rejected_model", "confidence", "choice")), strict=True
    ):
        entry = data["choices"][choice]
        better, worse, certain, reason = entry["pairs"][0]
        assert (names[better], names[worse], reason) == (chosen, rejected, 0)
        assert certain == pytest.approx(confidence, abs=6e-4)
        assert len(entry["pairs"]) == 6
    assert len(columns["id"]) == 600


def test_many_candidates(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten possible pairs, four are listed and the six others are counted by their reasons."""
    monkeypatch.setattr(pairs_possible, "LISTED", 4)
    assert len(reasons(zebra_cli, "--threshold", "-2")) == 4
    (entry,) = data_of()["choices"]
    assert entry["more"] == [4, 0, 0, 0, 0, 2, 0]


def test_a_filter_of_the_run(zebra_cli: Project) -> None:
    """What a filter did to the pool is done again: a model whose responses it takes away is no candidate."""
    plugin = """
import pyarrow as pa
import zebra_core as zebra
@zebra.hookimpl
def zebra_filters():
    return {"no-b": no_b}
def no_b(batch):
    rows = batch.to_pylist()
    for row in rows:
        row["responses"] = ["" if model == "b" else text for model, text in zip(row["models"], row["responses"])]
    return pa.RecordBatch.from_pylist(rows, schema=batch.schema)
"""
    zebra_cli.write("no_b.py", plugin)
    pairs = reasons(zebra_cli, "--threshold", "-2", "--plugin", "./no_b.py", "--filter", "no-b")
    assert {*pairs} == {"ac", "ad", "ae", "cd", "ce", "de"}


def test_a_pool_that_is_gone(zebra_cli: Project) -> None:
    """Without its pool a panel says that what else was possible is left out, and why; the pairs are there."""
    build(zebra_cli)
    (zebra_cli.folder / "pool.jsonl").unlink()
    data = data_of()
    assert "there is no file or folder 'pool.jsonl'" in data["note"]
    assert data["choices"] == []
    assert data["pairs"]["choice"] == [-1] * 7


def test_a_mix_of_different_scores(zebra_cli: Project) -> None:
    """Its models have no superiority in common, and its pairs no pool to read again; the panel says so, and has the pairs."""
    zebra_cli.run("run", "-o", "one")
    zebra_cli.run("run", "--normalisation", "rank", "-o", "two")
    zebra_cli.run("mix", "one", "two", "-o", "both")
    data = data_of("both")
    assert "the pairs are a mix of datasets" in data["note"]
    assert {tuple(values) for values in data["pool"].values()} == {(-1, None)}
    assert data["models"] == {"names": [], "superiority": [], "axes": {}, "similarity": None}
    assert len(data["pairs"]["id"]) == 1200


def test_a_sample_is_evenly_spread(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four of 600 pairs are the first, the last, and two at equal distances; a panel with fewer says how to see all."""
    zebra_cli.run("run")
    dataset = zebra.Dataset.open("zebra-dataset")
    sample = sample_pairs(dataset, 4)
    assert sample["place"].to_pylist() == [0, 199, 399, 599]
    rows = zebra_cli.dataset()
    assert sample["chosen"].to_pylist() == [rows[place]["chosen"][0]["content"] for place in (0, 199, 399, 599)]
    monkeypatch.setattr(pairs, "CARRIED", 50)
    panel = Browsing.of(dataset, zebra.load_plugins()).panel({})
    assert "50 of 600 pairs, evenly spread; `zebra report zebra-dataset --serve` shows all." in panel.text
    monkeypatch.setattr(pairs, "SIZE", 2_000)
    fewer = Browsing.of(dataset, zebra.load_plugins()).panel({}).data["pairs"]
    assert 1 <= len(fewer["id"]) < 50  # type: ignore[index]


def test_messages_and_long_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prompt of several messages keeps its roles; a long text is cut, and its length is that of the whole text."""
    monkeypatch.setattr(pairs_sample, "LONGEST", 5)
    say = {"role": "user", "content": "Say it."}
    row = {
        "id": "r",
        "prompt": [{"role": "system", "content": "Be brief"}, say],
        "chosen": [{"role": "assistant", "content": "one"}, {"role": "assistant", "content": "two"}],
        "rejected": [{"role": "assistant", "content": "\U0001f600" * 9}],
        "margin": float("nan"),
    }
    other = {**row, "prompt": [say], "margin": 0.25}
    batch = pa.RecordBatch.from_pylist([row, other, other], schema=zebra.PREFERENCES)
    columns = as_columns(pa.Table.from_batches([as_rows(batch, np.array([0, 2]), 10)]))
    assert columns["place"] == [10, 12]
    assert columns["prompt"] == [[["system", "Be br"], ["user", "Say i"]], "Say i"]
    assert columns["chosen"] == ["one\n\n"] * 2
    assert columns["rejected"] == ["\U0001f600" * 5] * 2
    assert (columns["chosen_length"], columns["rejected_length"]) == ([8, 8], [9, 9])
    assert columns["margin"] == [None, 0.25]
