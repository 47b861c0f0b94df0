"""`zebra pool`: what it counts, and the pool that it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from helpers.pool_formats import SAMPLES
from helpers.pools import lines

from zebra_core.testing import Project
from zebra_pools.inspection.scripts import scripts

ROWS: list[dict[str, Any]] = [
    {"id": "1", "prompt": "Is it one?", "models": ["a", "b", "c"], "responses": ["yes", "yes", "no"]},
    {"id": "2", "prompt": "is  it one?", "models": ["a", "b"], "responses": ["four", " "]},
    {"id": "3", "prompt": "Три?", "models": ["a", "a", None], "responses": ["z", "y", "x"]},
    {"id": "4", "prompt": "", "models": ["c"], "responses": ["nothing"]},
    {"id": "5", "prompt": "Bad", "models": ["c"], "responses": []},
]
"""Two prompts that are the same; an empty response, prompt and name; a text twice; a model that answers twice; lists that differ."""


def profile(cli: Project, *arguments: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(cli.run("pool", *arguments, "--format", "json").stdout)
    return content


def test_counts(zebra_cli: Project) -> None:
    """Each count is what can be counted by hand."""
    zebra_cli.write("pool.jsonl", lines(ROWS))
    content = profile(zebra_cli, "pool.jsonl")
    assert (content["reader"], content["instructions"], content["responses"]) == ("messages", 4, 9)
    assert content["counts"] == {
        "empty prompts": 1,
        "empty responses": 1,
        "responses without a model": 1,
        "second responses of a model": 1,
        "responses with the text of another model": 1,
    }
    assert content["answers_per_instruction"] == {"1": 3, "3": 1}
    assert content["prompts"]["repeated"] == 1
    assert content["prompts"]["scripts"] == {"Latin": 2, "Cyrillic": 1, "no letters": 1}
    assert content["rejected"] == {"... models but ... responses; each model needs its own": 1}
    models = {row["model"]: (row["responses"], row["empty"], row["characters"]["median"]) for row in content["models"]}
    assert models == {"a": (4, 0, 2.0), "b": (2, 1, 3.0), "c": (2, 0, 4.5)}  # medians of 3 4 1 1, of 3, and of 2 7
    assert content["together"] == [[3, 1, 1], [1, 1, 1], [1, 1, 2]]


def test_the_text_says_the_same(zebra_cli: Project) -> None:
    """The table has the models, the closest name of one without scores, and the row that cannot be used."""
    zebra_cli.write("pool.jsonl", lines(ROWS))
    zebra_cli.write("scores.csv", "model,MMLU\na,3\nb-model,2\nc,1\n")
    output = zebra_cli.run("pool", "pool.jsonl", "--scores", "scores.csv").stdout
    assert "pool pool.jsonl, read as messages\n" in output
    assert "1 row cannot be used (the first: pool.jsonl, row 5: 1 models but 0 responses" in output
    assert "2 of 3 models have scores\n" in output
    assert output.endswith("\nInstructions that any two models have in common: 1\n")


@pytest.mark.parametrize("suffix", [".parquet", ".jsonl"])
def test_what_is_written_can_be_used(zebra_cli: Project, suffix: str) -> None:
    """The clean pool has named models, one response of each (the alphabetically first), and texts; it is read again unchanged."""
    zebra_cli.write("pool.jsonl", lines(ROWS))
    zebra_cli.run("pool", "pool.jsonl", "-o", f"clean{suffix}")
    content = profile(zebra_cli, f"clean{suffix}", "-o", f"again{suffix}")
    assert (content["reader"], content["instructions"], content["responses"]) == ("messages", 3, 5)
    dropped = {name: count for name, count in content["counts"].items() if count}
    assert dropped == {"responses with the text of another model": 1}
    assert (zebra_cli.folder / f"again{suffix}").read_bytes() == (zebra_cli.folder / f"clean{suffix}").read_bytes()


@pytest.mark.parametrize("name", ["inspect", "mt_bench", "oasst_messages", "arena"])
def test_a_format_is_written_as_one_pool(zebra_cli: Project, name: str) -> None:
    """A run on the written pool gives the pairs of a run on the files."""
    location = SAMPLES[name].write(zebra_cli.folder)
    zebra_cli.write("scores.csv", "model,MMLU\norg/m-large,80\norg/m-small,50\nother,10\n")
    zebra_cli.run("pool", location, "-o", "new/clean.parquet")
    for pool, output in ((location, "one"), ("new/clean.parquet", "two")):
        zebra_cli.run("run", "--pool", pool, "--scores", "scores.csv", "-o", output)
    assert zebra_cli.dataset("one") == zebra_cli.dataset("two")


def test_who_answered_what(zebra_cli: Project) -> None:
    """If pairs of models differ, the table has how many instructions each two have in common: a and b one of two."""
    answered = [["a", "b"], ["a", "c"], ["c", "a"]]
    rows = [{"prompt": f"q{n}", "models": names, "responses": ["x", "y"]} for n, names in enumerate(answered)]
    zebra_cli.write("pool.jsonl", lines(rows))
    table = zebra_cli.run("pool", "pool.jsonl").stdout.split("in common:\n")[1]
    cells = [line.split() for line in table.splitlines()[1:]]
    assert cells == [["(1)", "a", "3", "2", "1"], ["(2)", "c", "2", "2", "0"], ["(3)", "b", "1", "0", "1"]]


def test_the_page_shows_what_it_prints(zebra_cli: Project) -> None:
    """docs/how-to/pool.md has the output of its first command."""
    page = (Path(__file__).parents[4] / "docs/how-to/pool.md").read_text(encoding="utf-8")
    output = zebra_cli.run("pool", "demo", "--scores", "demo").stdout
    assert "\n".join(line.rstrip() for line in output.splitlines()) in page


def test_filters_apply(zebra_cli: Project) -> None:
    """With `dedup` the repeated prompt is left out of the counts and of the file, and counted."""
    zebra_cli.write("pool.jsonl", lines(ROWS))
    content = profile(zebra_cli, "pool.jsonl", "--filter", "dedup", "-o", "clean.parquet")
    assert content["filters"] == {"filter dedup": 1}
    assert (content["instructions"], content["prompts"]["repeated"]) == (3, 0)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("-o", "clean.txt"), "clean.txt ends in neither; choose another --output"),
        (("-o", "pool.jsonl"), "pool.jsonl exists already; choose another --output, or replace it with --overwrite"),
        (("--set", "long.prompt=q"), "the run does not use 'long'"),
    ],
)
def test_mistakes(zebra_cli: Project, arguments: tuple[str, ...], error: str) -> None:
    """A mistake is one line with the remedy, and nothing is written."""
    zebra_cli.write("pool.jsonl", lines(ROWS))
    result = zebra_cli.run("pool", "pool.jsonl", *arguments, code=2)
    assert error in result.stderr
    assert result.stderr.count("\n") == 1
    assert [path.name for path in zebra_cli.folder.iterdir()] == ["pool.jsonl"]


def test_observers_are_notified(zebra_cli: Project) -> None:
    """The stage `pool` is done once the pool is open."""
    hook = "import zebra_core as zebra\n\n@zebra.hookimpl\ndef zebra_stage_done(stage, result):\n    print(stage, type(result).__name__)\n"
    zebra_cli.write("watch.py", hook)
    assert "pool Pool\n" in zebra_cli.run("pool", "demo", "--plugin", "./watch.py").stderr


def test_nothing_to_write(zebra_cli: Project) -> None:
    """A pool in which nothing can be used is not written."""
    zebra_cli.write("pool.jsonl", lines([ROWS[3]]))
    assert (
        "nothing of pool.jsonl can be used" in zebra_cli.run("pool", "pool.jsonl", "-o", "clean.parquet", code=2).stderr
    )
    assert [path.name for path in zebra_cli.folder.iterdir()] == ["pool.jsonl"]


def test_scripts() -> None:
    """A text counts for the script of most of its letters: kana beats Han in Japanese; digits are no letters."""
    texts = ["Hello", "Привет, world", "你好吗", "これは本です", "안녕", "שלום", "مرحبا", "1 + 1", None, "ሰላም"]
    assert scripts(pa.array(texts)) == {
        "Latin": 1, "Cyrillic": 1, "Han": 1, "kana": 1, "Hangul": 1, "Hebrew": 1, "Arabic": 1, "no letters": 2, "other": 1,
    }  # fmt: skip
