"""The filter that leaves out instructions asked before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zebra_core.testing import Project

SCORES = "model,MMLU,IFEval\na,60,60\nb,50,40\nc,30,30\n"


def row(prompt: str, number: int) -> dict[str, Any]:
    return {"prompt": prompt, "models": ["a", "b"], "responses": [f"a{number}", f"b{number}"]}


def build(cli: Project, *arguments: str) -> list[str]:
    """Build with the filter; return the chosen responses."""
    cli.write("scores.csv", SCORES)
    cli.run("run", "--pool", "pool", "--scores", "scores.csv", "--filter", "dedup", "--overwrite", *arguments)
    return [pair["chosen"][0]["content"] for pair in cli.dataset()]


def test_the_first_of_each_prompt_is_kept(zebra_cli: Project) -> None:
    """Case, white space and the form of Unicode make no difference; punctuation does: 5 - 3 is another question than 5 + 3."""
    prompts = [
        "What is 5 - 3?",
        "what  is\n5 - 3? ",
        "What is 5 + 3?",
        "Caf\u00e9",
        "CAFE\u0301",
        "What is 5 - 3?",
        "\uff21",
    ]
    rows = [row(prompt, number) for number, prompt in enumerate(prompts)]
    zebra_cli.write("pool/1.jsonl", "\n".join(map(json.dumps, rows)))
    assert build(zebra_cli) == ["a0", "a2", "a3", "a6"]
    assert zebra_cli.manifest()["summary"]["left_out"] == {"filter dedup": 3}


@pytest.mark.parametrize("workers", ["1", "4"])
def test_rows_that_are_the_same_in_everything(zebra_cli: Project, workers: str) -> None:
    """Files that are copies of each other give each pair once, whichever shard is built first."""
    text = "\n".join(json.dumps(row(f"question {number % 30}", number % 30)) for number in range(60))
    for name in ("1", "2", "3"):
        zebra_cli.write(f"pool/{name}.jsonl", text)
    chosen = build(zebra_cli, "--shard-rows", "1", "--workers", workers)
    assert chosen == [f"a{number}" for number in range(30)]
    assert zebra_cli.manifest()["summary"]["left_out"] == {"filter dedup": 150}
    assert len(zebra_cli.manifest()["shards"]) == 1


def test_after_another_filter(zebra_cli: Project) -> None:
    """The first instruction that an earlier filter leaves is the one that is kept."""
    rows = [row("same", number) for number in range(4)]
    zebra_cli.write("pool/1.jsonl", "\n".join(map(json.dumps, rows)))
    zebra_cli.write("late.py", LATE)
    assert build(zebra_cli) == ["a0"]
    zebra_cli.write("scores.csv", SCORES)
    command = ("run", "--pool", "pool", "--scores", "scores.csv", "--plugin", "./late.py", "--overwrite")
    zebra_cli.run(*command, "--filter", "late", "--filter", "dedup")
    assert [pair["chosen"][0]["content"] for pair in zebra_cli.dataset()] == ["a2"]


LATE = """
import zebra_core as zebra

@zebra.hookimpl
def zebra_filters():
    return {"late": lambda batch: batch.slice(2)}
"""


def test_invalid_rows_and_long_pools(zebra_cli: Project) -> None:
    """Rows that cannot be used stay in rejected_rows.jsonl, and rows of the layout long are compared by instruction."""
    lines = [json.dumps(row(f"question {number % 5}", number)) for number in range(10)]
    zebra_cli.write("pool/1.jsonl", "\n".join([lines[0], "{", *lines[1:]]))
    assert build(zebra_cli) == [f"a{number}" for number in range(5)]
    assert (zebra_cli.folder / "zebra-dataset/rejected_rows.jsonl").read_text().count("\n") == 1
    rows = [
        {"id": f"q{number}", "prompt": f"question {number % 5}", "model": model, "response": f"{model}{number}"}
        for number in range(10)
        for model in "ab"
    ]
    zebra_cli.write("pool/1.jsonl", "\n".join(map(json.dumps, rows)))
    assert sorted(build(zebra_cli)) == [f"a{number}" for number in range(5)]
