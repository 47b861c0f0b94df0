"""A component that gives two results for the same input is named before anything is written."""

from __future__ import annotations

import pytest

from zebra_core.testing import Project

PLUGIN = """
import itertools

import attrs
import numpy as np
import zebra_core as zebra

GENERATOR = np.random.default_rng()


@zebra.hookimpl
def zebra_similarities():
    return {"random-similarity": similarity}


@zebra.hookimpl
def zebra_strategies():
    return {"random-strategy": strategy, "random-rows": Rows}


@zebra.hookimpl
def zebra_rules():
    return {"random-rule": rule}


@zebra.hookimpl
def zebra_normalisations():
    return {"random-scale": scale}


@zebra.hookimpl
def zebra_imputations():
    return {"random-fill": fill}


def similarity(vectors):
    return vectors @ vectors.T + GENERATOR.random()


def strategy(behavior):
    return behavior.similarity * GENERATOR.random()


@attrs.frozen
class Rows:
    per_instruction = True

    def __call__(self, behavior, candidates):
        draw = GENERATOR.random(candidates.models.shape)
        return draw[:, :, None] + draw[:, None, :]


def rule(behavior):
    return behavior.gap * GENERATOR.random()


def scale(table):
    return zebra.Normalised(table.values * GENERATOR.random())


def fill(table):
    return attrs.evolve(table, values=np.where(table.gaps, GENERATOR.random(), table.values))
"""
NAMES = {
    "random-similarity": ("--similarity", "similarity"),
    "random-strategy": ("--strategy", "strategy"),
    "random-rows": ("--strategy", "strategy"),
    "random-rule": ("--rule", "rule"),
    "random-scale": ("--normalisation", "normalisation"),
    "random-fill": ("--missing", "imputation"),
}


USUAL = {
    "--missing": "drop-benchmark",
    "--normalisation": "minmax",
    "--similarity": "cosine",
    "--strategy": "sup",
    "--rule": "superiority",
}


def chosen(other: dict[str, str]) -> list[str]:
    """Return flags that choose built-in components, since those of a plugin that is named would be used, but for others."""
    return [word for choice in (USUAL | other).items() for word in choice]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_named(zebra_cli: Project, name: str) -> None:
    """One line says which component it is, and what to do; no dataset is begun."""
    flag, kind = NAMES[name]
    zebra_cli.write("dice.py", PLUGIN)
    zebra_cli.write("scores.csv", "model,MMLU,IFEval\nscholar,70,\nclerk,50,60\nparrot,20,30\n")
    error = zebra_cli.run(
        "run", "--plugin", "dice", "--scores", "scores.csv", *chosen({flag: name}), code=2
    ).stderr.splitlines()[-1]
    assert error == (
        f"Error: {kind} '{name}' of plugin 'dice': it gave two results for the same input, so that no dataset could be "
        "built again byte for byte; draw with `candidates.draw()`, or from a fixed seed"
    )
    assert [path.name for path in zebra_cli.folder.iterdir() if path.name.startswith("zebra-dataset")] == []


def test_a_seeded_draw_is_repeatable(zebra_cli: Project) -> None:
    """The built-in strategy that draws does so from the run's seed."""
    zebra_cli.run("run", "--strategy", "random")
    assert len(zebra_cli.dataset()) > 0


def test_a_sample_that_is_too_small_is_no_verdict(zebra_cli: Project) -> None:
    """A strategy that needs more models than the sample has, and works with all of them, is used."""
    code = "    return np.abs(behavior.gap) - np.sort(behavior.superiority)[8]\n"
    zebra_cli.write("ninth.py", PLUGIN.replace("    return behavior.similarity * GENERATOR.random()\n", code))
    lines = ["model,MMLU,IFEval", *(f"m{number},{number},{number**2}" for number in range(12))]
    zebra_cli.write("scores.csv", "\n".join(lines))
    answers = "[" + ",".join(f'{{"model": "m{number}", "response": "{number}"}}' for number in range(12)) + "]"
    models = "[" + ",".join(f'"m{number}"' for number in range(12)) + "]"
    zebra_cli.write("pool.jsonl", f'{{"instruction": "?", "models": {models}, "completions": {answers}}}\n')
    inputs = ("--pool", "pool.jsonl", "--scores", "scores.csv", "--threshold", "-1")
    zebra_cli.run("run", "--plugin", "ninth", *inputs, *chosen({"--strategy": "random-strategy"}))
    assert len(zebra_cli.dataset()) == 1
