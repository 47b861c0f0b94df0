"""Tables of more than 500 models: the pairs are the same whether matrices cover a few models at a time or all of them."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from zebra_core.testing import Project

MODELS = 620
WHOLE = """
import zebra_core as zebra
from zebra_strategies.instance import Random
from zebra_strategies.model import SupSim, sim, sup


@zebra.hookimpl
def zebra_strategies():
    return {
        "whole-sup": lambda behavior: sup(behavior),
        "whole-sim": lambda behavior: sim(behavior),
        "whole-sup+sim": lambda behavior: SupSim()(behavior),
        "whole-random": Whole,
    }


class Whole:
    per_instruction = True

    def __call__(self, behavior, candidates):
        return Random()(behavior, candidates)
"""


@pytest.fixture
def pool(zebra_cli: Project) -> Project:
    """Write a table of 620 models, many tied, and a pool of rows with 2 to 6 of them, and one that has them all."""
    draw = random.Random(5)
    names = [f"m{number}" for number in range(MODELS)]
    cells = [f"{name},{draw.randint(1, 60)},{draw.randint(1, 60)},{draw.randint(1, 60)}" for name in names]
    zebra_cli.write("scores.csv", "\n".join(["model,MMLU,IFEval,GSM8K", *cells]))
    rows = []
    for number in range(700):
        models = draw.sample(names, draw.randint(2, 6)) if number else names
        responses = [f"{model} says {number}" for model in models]
        rows.append({"id": f"q{number}", "prompt": f"question {number}", "models": models, "responses": responses})
    zebra_cli.write("pool.jsonl", "\n".join(map(json.dumps, rows)))
    return zebra_cli


def build(cli: Project, strategy: str, *arguments: str) -> list[dict[str, Any]]:
    command = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--overwrite", "--strategy", strategy)
    cli.run(*command, *arguments)
    return cli.dataset()


@pytest.mark.parametrize("strategy", ["sup", "sim", "sup+sim"])
@pytest.mark.parametrize("arguments", [(), ("--min-gap", "0.1", "--pairs", "2"), ("--scope", "global")], ids=str)
def test_a_window_changes_no_pair(pool: Project, strategy: str, arguments: tuple[str, ...]) -> None:
    """A strategy that does not say that it looks at two models alone gets all 620 at once."""
    pool.write("whole.py", WHOLE)
    windowed = build(pool, strategy, *arguments)
    whole = build(pool, f"whole-{strategy}", "--plugin", "./whole.py", *arguments)
    assert windowed
    assert windowed == whole


@pytest.mark.parametrize(
    "arguments",
    [(), ("--length-ratio", "1.1"), ("--candidates", "3"), ("--temperature", "1"), ("--max-share", "0.002")],
    ids=str,
)
def test_a_window_changes_no_text_and_no_draw(pool: Project, arguments: tuple[str, ...]) -> None:
    """The texts of an instruction, and what is drawn for it, are the same in a window."""
    pool.write("whole.py", WHOLE)
    windowed = build(pool, "random", *arguments)
    assert windowed
    assert windowed == build(pool, "whole-random", "--plugin", "./whole.py", *arguments)
