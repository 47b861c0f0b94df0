"""Options are addressed by component, and by kind and component."""

from __future__ import annotations

import json

import pytest

from zebra_core.testing import Project


@pytest.fixture
def long(zebra_cli: Project) -> Project:
    """A pool and a score table that are both in a long layout, the pool's prompt in a column of an unusual name."""
    rows = [{"q": f"Question {n}?", "model": m, "response": f"{m} {n}"} for n in range(20) for m in ("a", "b", "c")]
    zebra_cli.write("pool.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    cells = [f"{m},{b},{value}" for b in ("MMLU", "GSM8K", "IFEval") for m, value in (("a", 3), ("b", 2), ("c", 1))]
    zebra_cli.write("scores.csv", "\n".join(["model,benchmark,score", *cells]) + "\n")
    return zebra_cli


ARGUMENTS = ("run", "--pool", "long:pool.jsonl", "--scores", "long:scores.csv")


@pytest.mark.parametrize("target", ["long", "pool.long", "pools:long", "pool.pools:long"])
def test_an_option_of_the_pool_alone(long: Project, target: str) -> None:
    """An option that only the pool `long` has is not refused because a score source has the same name."""
    long.run(*ARGUMENTS, "--set", f"{target}.prompt=q")
    assert long.manifest()["summary"]["pairs"] == 20


def test_an_ambiguous_option(long: Project) -> None:
    """An option that both have is an error with both spellings; either spelling works."""
    stderr = long.run(*ARGUMENTS, "--set", "pool.long.prompt=q", "--set", "long.model=model", code=2).stderr
    assert "use pool.long.model or score-source.long.model" in stderr
    long.run(*ARGUMENTS, "--set", "pool.long.prompt=q", "--set", "score-source.long.model=model")


def test_targets_in_a_recipe(long: Project) -> None:
    """`[options.pool.long]` in a recipe is `pool.long` on the command line, and the saved recipe builds the same dataset."""
    long.write("r.toml", 'pool = "long:pool.jsonl"\nscores = ["long:scores.csv"]\n[options.pool.long]\nprompt = "q"\n')
    long.run("run", "r.toml", "-o", "one")
    long.run("run", "one/recipe.toml", "-o", "two")
    assert long.manifest("one")["recipe"]["options"] == {"pool.long": {"prompt": "q"}}
    assert long.dataset("one") == long.dataset("two")
