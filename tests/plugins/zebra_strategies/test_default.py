"""What `zebra run` does if no strategy is named, and what that is worth where the truth is known."""

from __future__ import annotations

from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.testing import Project


def shard(folder: str) -> bytes:
    return Path(folder, "data/part-00000.parquet").read_bytes()


def test_the_default_is_consensus_sim_with_its_rule(zebra_cli: Project) -> None:
    """A run, a recipe and a build from Python without a strategy give the bytes of `--strategy consensus-sim --rule consensus`."""
    zebra_cli.run("run", "--strategy", "consensus-sim", "--rule", "consensus", "-o", "named")
    zebra_cli.write("recipe.toml", "threshold = 0.1\n")
    zebra_cli.run("run", "recipe.toml", "-o", "recipe")
    zebra.build(zebra.Recipe(), "python")
    assert shard("named") == shard("recipe") == shard("python")
    assert zebra_cli.manifest("python")["recipe"]["rule"] == "consensus"


def test_what_it_is_worth_on_the_demo(zebra_cli: Project) -> None:
    """Of its pairs of a right and a wrong answer, 228 of 233 are in the right order; of SUP's it is 215 of 267.

    The ratings of the demo's pool say who is right; neither of the two reads them.
    """
    ratings = {
        (name, model): rating
        for batch in zebra.open_pool("demo").batches()
        for row in batch.to_pylist()
        for name in [row["id"]]
        for model, rating in zip(row["models"], row["ratings"], strict=True)
    }
    counts = []
    for command in (("run",), ("run", "zebra-paper")):
        zebra_cli.run(*command, "--overwrite")
        pairs = [(row["id"], row["chosen_model"], row["rejected_model"]) for row in zebra_cli.dataset()]
        differences = [ratings[name, chosen] - ratings[name, rejected] for name, chosen, rejected in pairs]
        counts.append((sum(each > 0 for each in differences), sum(each != 0 for each in differences)))
    assert counts == [(228, 233), (215, 267)]


def test_a_dataset_of_another_default_is_not_taken_for_this_one(zebra_cli: Project) -> None:
    """A dataset of SUP in the output folder is neither used again nor replaced without a word."""
    zebra_cli.run("run", "--strategy", "sup")
    assert zebra.prepare(zebra.Recipe(strategy="sup")).existing("zebra-dataset") is not None
    assert zebra.prepare(zebra.Recipe()).existing("zebra-dataset") is None
    assert "zebra-dataset exists already; add --overwrite" in zebra_cli.run("run", code=2).stderr


@pytest.mark.parametrize(
    ("arguments", "warned"),
    [
        (("--rule", "superiority"), True),
        (("--rule", "consensus"), False),
        (("--rule", "superiority", "--strategy", "consensus-sim"), False),
        (("--rule", "superiority", "--strategy", "sup"), False),
    ],
    ids=["another rule", "its own rule", "named all the same", "another strategy"],
)
def test_another_rule_without_a_strategy(zebra_cli: Project, arguments: tuple[str, ...], *, warned: bool) -> None:
    """Whoever names another rule alone reads that the default strategy is for its own, and which flag to add."""
    warning = (
        "Warning: the default strategy 'consensus-sim' pairs what the rule 'consensus' is certain of, and the rule is "
        "'superiority'; add --strategy NAME, `zebra plugins` lists them\n"
    )
    assert zebra_cli.run("run", *arguments).stderr == (warning if warned else "")
