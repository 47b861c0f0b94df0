"""What the local server answers: the pairs that match, in order, page by page."""

from __future__ import annotations

import json
from typing import Any

import pytest
from helpers.lint_pairs import build
from helpers.served import served
from helpers.small_pool import ARGUMENTS, rows, write

import zebra_core as zebra
from zebra_core.testing import Project


def texts_of(row: dict[str, Any]) -> list[str]:
    return [row[name][0]["content"] for name in ("prompt", "chosen", "rejected")]


def test_filters_and_search(zebra_cli: Project) -> None:
    """Each filter gives the rows that it gives when all rows are read and compared one by one."""
    zebra_cli.run("run")
    every = [{**row, "place": place} for place, row in enumerate(zebra_cli.dataset())]
    conditions: list[tuple[dict[str, Any], Any]] = [
        ({}, lambda row: True),
        ({"chosen": "scholar"}, lambda row: row["chosen_model"] == "scholar"),
        ({"rejected": "parrot", "source": "sorting"}, lambda row: (row["rejected_model"], row["source"]) == ("parrot", "sorting")),
        ({"models": ["clerk", "trader"]}, lambda row: {row["chosen_model"], row["rejected_model"]} & {"clerk", "trader"}),
        ({"models": []}, lambda row: False),
        ({"ranges": {"margin": {"from": 0.5, "to": None}}}, lambda row: row["margin"] >= 0.5),
        ({"ranges": {"similarity": {"from": 0.3, "to": 0.8}}}, lambda row: 0.3 <= row["similarity"] <= 0.8),
        ({"ranges": {"length": {"from": None, "to": 0.5}}}, lambda row: len(texts_of(row)[1]) / len(texts_of(row)[2]) <= 0.5),
        ({"search": "THE ANSWER"}, lambda row: any("the answer" in text.lower() for text in texts_of(row))),
        ({"search": "villa", "chosen": "scholar"}, lambda row: row["chosen_model"] == "scholar" and any("villa" in t.lower() for t in texts_of(row))),
        ({"search": ".*"}, lambda row: any(".*" in text for text in texts_of(row))),
    ]  # fmt: skip
    with served("zebra-dataset", zebra_cli.folder) as pages:
        for query, matches in conditions:
            expected = [row["place"] for row in every if matches(row)]
            count, pairs = pages.pairs(limit=200, **query)
            assert (count, [pair["place"] for pair in pairs]) == (len(expected), expected[:200]), query


@pytest.mark.parametrize("name", ["margin", "similarity", "confidence", "length"])
def test_order(zebra_cli: Project, name: str) -> None:
    """Pairs are in the order of a number, in either direction; those that are equal stay in the order of the dataset."""
    zebra_cli.run("run")
    every = [{**row, "length": len(texts_of(row)[1]) / len(texts_of(row)[2])} for row in zebra_cli.dataset()]
    with served("zebra-dataset", zebra_cli.folder) as pages:
        for direction, sign in (("up", 1), ("down", -1)):
            expected = sorted(range(600), key=lambda place: (sign * every[place][name], place))
            walked = [
                pair["place"]
                for start in range(0, 600, 200)
                for pair in pages.pairs(start, 200, sort=f"{name} {direction}")[1]
            ]
            assert walked == expected


def test_two_pages(zebra_cli: Project) -> None:
    """Seven pairs are a page of five and one of two; after them there is none."""
    build(zebra_cli)
    with served("zebra-dataset", zebra_cli.folder) as pages:
        pages_of_five = [pages.pairs(start, 5) for start in (0, 5, 10)]
    assert [(count, [pair["id"] for pair in pairs]) for count, pairs in pages_of_five] == [
        (7, ["r0", "r1", "r2", "r3", "r4"]),
        (7, ["r5", "r6"]),
        (7, []),
    ]


def test_lints(zebra_cli: Project) -> None:
    """The pairs that a lint matches are those that it names."""
    build(zebra_cli)
    with served("zebra-dataset", zebra_cli.folder) as pages:
        assert [pair["id"] for pair in pages.pairs(lint="identical")[1]] == ["r0", "r1"]
        assert pages.pairs(lint="unknown") == (0, [])
        assert pages.server.answers.panel.data["lints"]["refusal-chosen"] == 1  # type: ignore[index]


def test_what_was_possible(zebra_cli: Project) -> None:
    """It is what the page of the report carries, for every pair, also of a pool of several parts."""
    write(zebra_cli, rows(40)[:20], "pool/one.jsonl")
    write(zebra_cli, rows(40)[20:], "pool/two.jsonl")
    zebra_cli.run(*ARGUMENTS[:2], "pool", *ARGUMENTS[3:], "--silence", "at-chance")
    from zebra_report.panels.pairs import Browsing

    data: Any = Browsing.of(zebra.Dataset.open("zebra-dataset"), zebra.load_plugins()).panel({}).data
    with served("zebra-dataset", zebra_cli.folder) as pages:
        for place, choice in enumerate(data["pairs"]["choice"]):
            assert pages.ask("possible", place=place) == json.loads(json.dumps(data["choices"][choice]))


def test_a_split_and_an_export(zebra_cli: Project) -> None:
    """The pairs of a split, and those that an export restores, are served in their order."""
    zebra_cli.run("run")
    zebra_cli.run("mix", "zebra-dataset", "--split", "train=0.9,test=0.1", "-o", "parts")
    zebra_cli.run("export", "zebra-dataset", "--format", "trl", "-o", "exported")
    for location in ("parts", "parts?split=test", "exported"):
        expected = [name for batch in zebra.Dataset.open(location).batches() for name in batch["id"].to_pylist()]
        (zebra_cli.folder / "restored").mkdir(exist_ok=True)
        with served(location, zebra_cli.folder / "restored") as pages:
            answers = [pages.pairs(start, 200) for start in range(0, len(expected), 200)]
        assert [pair["id"] for _, pairs in answers for pair in pairs] == expected


def test_two_prompts_of_several_messages(zebra_cli: Project) -> None:
    """A search looks at every message of a prompt, and the answer has their roles."""
    row = {
        "prompt": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello?"}],
        "scholar": "Hi.",
        "parrot": "Hi there.",
    }
    zebra_cli.write("pool.jsonl", json.dumps(row))
    zebra_cli.run("run", "--pool", "wide:pool.jsonl", "--scores", "demo", "--strategy", "sup")
    with served("zebra-dataset", zebra_cli.folder) as pages:
        (_, (pair,)) = pages.pairs(search="be BRIEF")
        assert pair["prompt"] == [["system", "Be brief."], ["user", "Hello?"]]
