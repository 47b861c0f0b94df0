"""A small dataset with several turns, a system message, several pairs of an instruction, and ties."""

from __future__ import annotations

import json
from typing import Any

from zebra_core.testing import Project

SCORES = "model,MMLU,IFEval,ARC\na,70,60,70\nb,60,50,40\nc,40,50,60\nd,10,20,10\n"
"""The models b and c are tied, however the scores are scaled: MMLU and ARC have the same range, and they swap places in them."""
TURNS = [
    {"role": "system", "content": "Answer in one sentence."},
    {"role": "user", "content": "Name a river."},
    {"role": "assistant", "content": "The Elbe is one."},
]


def build(cli: Project, *arguments: str, single: bool = False, around: str = "") -> list[dict[str, Any]]:
    """Build `pairs` of 24 instructions in three shards, and return its rows; every third prompt has several turns unless they are `single`.

    `around` is put around the responses.
    """
    (cli.folder / "pool").mkdir(exist_ok=True)
    for part in range(3):
        lines = [json.dumps(_instruction(number, around, single=single)) for number in range(8 * part, 8 * part + 8)]
        cli.write(f"pool/part-{part}.jsonl", "\n".join(lines))
    cli.write("scores.csv", SCORES)
    cli.run("run", "--pool", "pool", "--scores", "scores.csv", "-o", "pairs", "--shard-rows", "8", *arguments)
    return cli.dataset("pairs")


def _instruction(number: int, around: str, *, single: bool) -> dict[str, Any]:
    question = {"role": "user", "content": f"Question {number}: what is {number} plus {number}?"}
    prompt = [question] if single or number % 3 else [*TURNS, question]
    responses = {
        model: f"{around}{model} says\n\n{2 * number}, with <b>care</b> and  two spaces.{around}" for model in "abcd"
    }
    return {"id": f"q{number}", "prompt": prompt, "source": "sums", **responses}
