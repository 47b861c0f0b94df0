"""`zebra run` from end to end: the same bytes again, nothing half-written, and what it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from zebra_core.testing import Project

SCORES = "model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,5\nd,0,0\n"

MODELS = "abcd"


def rows(count: int = 40) -> list[dict[str, Any]]:
    """Instructions that three of the four models answered, in an order that differs."""
    generator = np.random.default_rng(5)
    result = []
    for number in range(count):
        models = [str(m) for m in generator.permutation([*MODELS])[:3]]
        completions = [
            {"model": m, "response": f"{m} says {number}", "overall_score": float(ord(m) % 3)} for m in models
        ]
        result.append(
            {"source": "test", "instruction": f"question {number}", "models": models, "completions": completions}
        )
    return result


def write(cli: Project, result: list[dict[str, Any]], name: str = "pool.jsonl") -> None:
    cli.write("scores.csv", SCORES)
    cli.write(name, "\n".join(json.dumps(row) for row in result))


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


ARGUMENTS = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--strategy", "sup+sim")
