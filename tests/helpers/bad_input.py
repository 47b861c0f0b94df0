"""Bad input gets one line of fact, reason and remedy, exit code 2, and leaves nothing behind."""

from __future__ import annotations

import json
import re
from typing import Any

from zebra_core.testing import Project

SCORES = "model,MMLU\na,3\nb,2\nc,1\n"


def row(number: int, **other: Any) -> dict[str, Any]:
    completions = [{"model": m, "response": f"{m} says {number}"} for m in "ab"]
    return {"instruction": f"question {number}", "models": ["a", "b"], "completions": completions, **other}


def rows(*last: Any) -> bytes:
    """150 good lines, and then these."""
    return "\n".join(json.dumps(r) for r in [*map(row, range(150)), *last]).encode()


def check(cli: Project, message: str, *arguments: str) -> None:
    *warnings, output = cli.run(*arguments, code=2).stderr.splitlines()
    assert output.startswith("Error: ")
    assert all(line.startswith("Warning: [") for line in warnings), warnings
    assert re.search(message, output), output
