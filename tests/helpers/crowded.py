"""A pool in which twelve models answered every instruction: each strategy takes one pair of them, unless something is drawn."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import Any

from zebra_core.testing import Project

MODELS = "abcdefghijkl"
"""The best first: their scores fall from 24 to 2 in steps of 2 on one benchmark, and from 22 to 0 on the other."""
COMMAND = ("run", "--scores", "scores.csv", "--silence", "at-chance", "--threshold", "0", "--overwrite", "--no-report")


def crowd(count: int = 1000) -> list[dict[str, Any]]:
    """Return instructions that all twelve answered, in orders and at lengths that differ."""
    draw = random.Random(3)
    return [
        {
            "prompt": f"question {number}",
            "models": draw.sample(MODELS, len(MODELS)),
            "responses": [f"answer {place} {'x' * draw.randint(0, 30)}" for place in range(len(MODELS))],
        }
        for number in range(count)
    ]


def write(cli: Project, rows: list[dict[str, Any]], name: str = "pool.jsonl") -> None:
    """Write the pool and its scores."""
    cells = [f"{model},{24 - 2 * place},{22 - 2 * place}" for place, model in enumerate(MODELS)]
    cli.write("scores.csv", "\n".join(["model,MMLU,IFEval", *cells]))
    cli.write(name, "\n".join(map(json.dumps, rows)))


def models_of(rows: list[dict[str, Any]]) -> Counter[str]:
    """Count the pairs of models, such as "ab" for a over b."""
    return Counter(row["chosen_model"] + row["rejected_model"] for row in rows)
