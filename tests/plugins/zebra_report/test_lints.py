"""Lints on pairs."""

from __future__ import annotations

import json

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.lints import lint_dataset


def test_lints(zebra_cli: Project) -> None:
    """Each lint counts what was put there, and `--fail-on` ends with an error that says where."""
    answers = [
        ("Same  text", "same text"),
        ("one two three", "one two  three "),
        ("I'm sorry, but I can't help.", "Mix it."),
        ("Fine.</s>", "No <|im_end|> no"),
        (" ".join(map(str, range(100))), " ".join(map(str, range(1, 100)))),
        ("Good.", "Bad."),
        ("Good.", "Bad."),
    ]
    prompts = [f"Prompt {n}" for n in range(6)] + ["prompt  5"]
    rows = [
        {"id": f"r{n}", "prompt": p, "scholar": a, "parrot": b}
        for n, (p, (a, b)) in enumerate(zip(prompts, answers, strict=True))
    ]
    zebra_cli.write("pool.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    zebra_cli.run("run", "--pool", "wide:pool.jsonl", "--scores", "demo")
    results = lint_dataset(zebra.Dataset.open("zebra-dataset"), ["PROMPT 3", "other"])
    actual = {result.lint: result for result in results}
    counts = {name: content.count for name, content in actual.items()}
    assert counts == {
        "identical": 2, "near-identical": 1, "empty": 0, "special-tokens": 1, "refusal-chosen": 1, "repeated-prompt": 1,
        "test-overlap": 1, "length-bias": 5, "dominant-models": 7,
    }  # fmt: skip
    assert actual["refusal-chosen"].examples == ("r2",)
    assert actual["test-overlap"].examples == ("r3",)
    zebra_cli.run("report", "zebra-dataset", "--fail-on", "empty")
    output = zebra_cli.run("report", "zebra-dataset", "--fail-on", "refusal-chosen", code=2).stderr
    assert (
        output
        == "Error: refusal-chosen: 1 pairs (the chosen response refuses, and the rejected one does not), such as r2\n"
    )
    zebra_cli.write("test.txt", "Prompt 3\n")
    assert "test-overlap: 1 pairs" in zebra_cli.run("report", "zebra-dataset", "--against", "test.txt", code=2).stderr
    assert (
        "did you mean 'identical'?" in zebra_cli.run("report", "zebra-dataset", "--fail-on", "identic", code=2).stderr
    )
    assert "is not a dataset built by zebra" in zebra_cli.run("report", ".", code=2).stderr
