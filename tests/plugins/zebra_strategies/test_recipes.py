"""The papers' setting as a recipe."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zebra_core.testing import Project

OTHER_DEFAULTS = """
import zebra_core as zebra


@zebra.hookimpl
def zebra_defaults():
    return {"strategy": "random", "rule": "rating", "similarity": "rbf", "normalisation": "rank"}
"""


def content(folder: str) -> dict[str, bytes]:
    """Return the files of a dataset with their bytes."""
    return {
        os.fspath(path.relative_to(folder)): path.read_bytes() for path in Path(folder).rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("name", ["zebra-paper", "karma-paper"])
def test_the_papers_setting(zebra_cli: Project, name: str) -> None:
    """It is SUP, K_score in KARMA, by the scores alone: the two best, whatever else is the default, from any pool and scores."""
    zebra_cli.run("run", name, "-o", "named")
    zebra_cli.run(
        *("run", "--strategy", "k_score", "--rule", "superiority", "--similarity", "cosine", "--threshold", "0.1"),
        *("--normalisation", "minmax", "--superiority", "mean", "-o", "flags"),
    )
    assert content("named") == content("flags")
    for row in zebra_cli.dataset("named"):
        assert row["margin"] > 0
    zebra_cli.write("other.py", OTHER_DEFAULTS)
    zebra_cli.run("run", name, "--plugin", "other.py", "-o", "others")
    assert zebra_cli.dataset("others") == zebra_cli.dataset("named")


def test_the_papers_other_strategies(zebra_cli: Project) -> None:
    """A flag takes another of the papers' strategies, and the user's own pool and scores are taken as in any run."""
    zebra_cli.write("pool.jsonl", '{"prompt": "q", "a": "x", "b": "y", "c": "z"}\n')
    zebra_cli.write("scores.csv", "model,MMLU,IFEval\na,9,9\nb,8,0\nc,1,1\n")
    own = ("run", "zebra-paper", "--pool", "pool.jsonl", "--scores", "scores.csv", "--threshold", "0", "-o")
    zebra_cli.run(*own, "sup")
    assert [(row["chosen_model"], row["rejected_model"]) for row in zebra_cli.dataset("sup")] == [("a", "b")]
    zebra_cli.run(*own, "sim", "--strategy", "sim")
    # a (1, 1), b (7/8, 0), c (0, 1/9): the cosines of a to b and to c are 1 / sqrt 2, that of b to c is 0
    assert zebra_cli.dataset("sim")[0]["similarity"] == pytest.approx(0.5**0.5)
