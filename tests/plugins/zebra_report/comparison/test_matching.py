"""Which pairs two datasets share."""

from __future__ import annotations

import numpy as np
from helpers.compared import FIRST, SECOND, build, build_both

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.comparison.columns import Columns, read_columns
from zebra_report.comparison.matching import ALONE, OTHER, REVERSED, SAME, match


def columns(name: str) -> Columns:
    return read_columns(name, zebra.Dataset.open(name))


def test_relations(zebra_cli: Project) -> None:
    """Of five pairs, two are in both, one has its labels reversed, one is another pair, and one is of an instruction of one alone."""
    build_both(zebra_cli)
    result = match(columns("first"), columns("second"))
    assert result.by == "id"
    assert result.first.tolist() == [SAME, SAME, REVERSED, OTHER, ALONE]
    assert result.second.tolist() == [SAME, SAME, REVERSED, OTHER, ALONE]
    assert result.shared == 4
    assert result.partner(3) == 3


def test_other_ids(zebra_cli: Project) -> None:
    """If the ids differ, or name other prompts, instructions are matched by their text."""
    build(zebra_cli, "first", FIRST)
    build(zebra_cli, "renamed", {f"x{key}": row for key, row in FIRST.items()})
    shifted = dict(zip(FIRST, [*SECOND.values()][::-1], strict=True))
    build(zebra_cli, "shifted", shifted)
    renamed = match(columns("first"), columns("renamed"))
    assert (renamed.by, renamed.count(SAME)) == ("prompt", 5)
    result = match(columns("first"), columns("shifted"))
    assert result.by == "prompt"
    assert result.first.tolist() == [SAME, SAME, REVERSED, OTHER, ALONE]
    assert result.second.tolist() == [ALONE, OTHER, REVERSED, SAME, SAME]


def test_several_pairs_of_an_instruction(zebra_cli: Project) -> None:
    """With three pairs of an instruction in one dataset and one in the other, the one is the same and two are others."""
    row = {"id": "r0", "prompt": "Add.", "scholar": "One.", "clerk": "Two.", "parrot": "No."}
    zebra_cli.write("pool.jsonl", zebra.as_json(row, indent=None))
    run = ("run", "--pool", "wide:pool.jsonl", "--scores", "demo", "--threshold", "0")
    zebra_cli.run(*run, "-o", "one")
    zebra_cli.run(*run, "--pairs", "3", "-o", "three")
    result = match(columns("one"), columns("three"))
    assert result.first.tolist() == [SAME]
    assert [result.count(relation, 1) for relation in (SAME, OTHER, ALONE)] == [1, 2, 0]


def test_columns(zebra_cli: Project) -> None:
    """Lengths are in characters, equal texts have equal hashes, and models are those of the pair."""
    build_both(zebra_cli)
    first = columns("first")
    assert first.lengths["chosen"].tolist() == [4, 4, 6, 5, 5]
    assert first.longer.tolist() == [1, 1, 1, 2, 2]
    assert len(np.unique(first.hashes["rejected"])) == 2  # "No." and "None."
    assert first.models_at(0) == ("scholar", "parrot")
