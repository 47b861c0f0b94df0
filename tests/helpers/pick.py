"""The strategies and rules beside the papers' three, on four models whose figures can be checked in the head."""

from __future__ import annotations

from typing import Any

from zebra_core.testing import Project

SCORES = "model,MMLU,IFEval\na,10,10\nb,8,8\nc,3,3\nd,0,0\n"


def row(number: int, models: str = "abcd", **more: Any) -> dict[str, Any]:
    return {
        "id": f"q{number}",
        "prompt": f"question {number}",
        "models": [*models],
        "responses": [f"{model} says {number}" for model in models],
        **more,
    }


def run(cli: Project, rows: list[dict[str, Any]], *arguments: str) -> list[tuple[str, str, str]]:
    """Build from these rows; return (id, chosen model, rejected model)."""
    import json

    cli.write("scores.csv", SCORES)
    cli.write("pool.jsonl", "\n".join(json.dumps(row) for row in rows))
    cli.run(
        "run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--similarity", "euclidean", "--overwrite", *arguments
    )
    return [(r["id"], r["chosen_model"], r["rejected_model"]) for r in cli.dataset()]
