"""The parts of the page that compares datasets."""

from __future__ import annotations

from typing import Any

import pytest
from helpers.compared import FIRST, build, build_both

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.comparison import texts
from zebra_report.comparison.page import comparison_page
from zebra_report.page import Page, Panel


def page(*names: str) -> Page:
    return comparison_page({name: zebra.Dataset.open(name) for name in names})


def rows(page: Page, part: str) -> list[list[Any]]:
    section = page.parts[part]
    assert isinstance(section, zebra.Section)
    assert section.fault == ""
    return [list(row) for row in section.rows[1:]]


def test_shared_pairs(zebra_cli: Project) -> None:
    """Each row counts the pairs of both datasets: 2 + 1 + 1 + 1 = 5."""
    build_both(zebra_cli)
    assert [row[2:] for row in rows(page("first", "second"), "pairs")] == [[2, 2], [1, 1], [1, 1], [1, 1]]


def test_recipes(zebra_cli: Project) -> None:
    """Only what differs is listed: the pool, its file, and the seed."""
    build(zebra_cli, "first", FIRST)
    build(zebra_cli, "second", FIRST, "--seed", "3")
    differing = {row[0]: row[1:] for row in rows(page("first", "second"), "recipes")}
    assert differing["seed"] == ["0", "3"]
    assert differing["pool"] == ["wide:first.jsonl", "wide:second.jsonl"]
    assert {"strategy", "rule", "ZEBRA"}.isdisjoint(differing)


def test_the_same_recipe(zebra_cli: Project) -> None:
    """Two datasets of one recipe differ in nothing: every pair is shared, nothing is left to read, and a line says so."""
    build(zebra_cli, "first", FIRST)
    project = ("run", "first/recipe.toml", "-o", "again")
    zebra_cli.run(*project)
    result = page("first", "again")
    assert rows(result, "recipes") == []
    assert "differing" not in result.parts
    lines = {verdict.name: (verdict.level, verdict.fact) for verdict in result.verdicts}
    assert lines["Recipe"] == ("good", "again has the recipe of first")
    assert lines["Pairs"] == ("look", "again has the same pairs of all instructions that it shares with first")


def test_verdicts(zebra_cli: Project) -> None:
    """Four of five instructions are shared, half of their pairs are the same, and one has its labels reversed."""
    build_both(zebra_cli)
    lines = {verdict.name: (verdict.level, verdict.fact) for verdict in page("first", "second").verdicts}
    assert lines["Instructions"] == ("good", "second has the instructions of 4 of the 5 pairs of first")
    assert lines["Pairs"] == ("good", "second has 2 of these pairs too (50%), and other pairs in place of 1")
    assert lines["Labels"] == ("look", "second has the labels of 1 of these pairs reversed")
    assert "similarity" not in lines.get("Means", ("", ""))[1]


def test_nothing_shared(zebra_cli: Project) -> None:
    """Datasets of other instructions are compared all the same, and a line says that nothing is shared."""
    build(zebra_cli, "first", FIRST)
    build(zebra_cli, "other", {"r0": ("Subtract.", "Zero.", "No.")})
    result = page("first", "other")
    lines = {verdict.name: verdict.level for verdict in result.verdicts}
    assert lines["Instructions"] == "bad"
    assert [row[2:] for row in rows(result, "pairs")] == [[0, 0], [0, 0], [0, 0], [5, 1]]


def test_numbers(zebra_cli: Project) -> None:
    """The chosen responses have 4 + 4 + 6 + 5 + 5 = 24 characters, and the longer one is chosen in all pairs of the first dataset."""
    build_both(zebra_cli)
    numbers = {row[0]: row[1:] for row in rows(page("first", "second"), "numbers")}
    assert numbers["pairs"] == [5, 5]
    assert numbers["characters of the chosen response"] == pytest.approx([4.8, (4 + 4 + 5 + 5 + 4) / 5])
    assert numbers["chosen response is longer"] == [
        1.0,
        (3 + 0.5) / 5,
    ]  # "None." and "Three." have 5 and 6, "Four." and "What?" 5
    assert numbers["model pairs"] == [1, 1]


def test_models(zebra_cli: Project) -> None:
    """The scholar is chosen in all five pairs of both, the parrot rejected."""
    build_both(zebra_cli)
    result = page("first", "second")
    assert rows(result, "models") == [["parrot", 0, 5, 0, 5], ["scholar", 5, 0, 5, 0]]
    assert rows(result, "model-pairs") == [["scholar", "parrot", 1.0, 1.0]]


def test_differing_pairs(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both pairs of the two instructions whose pairs differ can be read; of more than the limit, those are sampled, as the text says."""
    build_both(zebra_cli)
    panel = page("first", "second").parts["differing"]
    assert isinstance(panel, Panel)
    pairs: Any = panel.data["pairs"]
    assert [(pair["id"], pair["differs"]) for pair in pairs] == [("r2", "reversed"), ("r3", "another pair")]
    assert [pair["chosen"] for pair in pairs[0]["pairs"]] == ["Three.", "None."]
    assert [pair["rejected"] for pair in pairs[1]["pairs"]] == ["No.", "What?"]
    assert panel.text.endswith("all 2.")
    monkeypatch.setattr(texts, "LIMIT", 1)
    panel = page("first", "second").parts["differing"]
    assert panel.text.endswith("1 of the 2, evenly spread.")


def test_three_datasets(zebra_cli: Project) -> None:
    """Each is compared with the first; a long response is cut, and says how much."""
    build_both(zebra_cli)
    long = {**FIRST, "r0": ("Add 1.", "One.", "n" * 2000)}
    build(zebra_cli, "long", long)
    result = page("first", "second", "long")
    assert result.title == "first, second and long"
    assert {row[0] for row in rows(result, "pairs")} == {"second", "long"}
    panel = result.parts["differing"]
    assert isinstance(panel, Panel)
    (pair,) = [pair for pair in panel.data["pairs"] if pair["dataset"] == "long"]  # type: ignore[attr-defined]
    assert pair["pairs"][1]["rejected"] == "n" * 1500 + " ... (500 characters more)"
    assert len(result.verdicts) == len({(verdict.name, verdict.fact) for verdict in result.verdicts})
