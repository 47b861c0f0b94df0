"""Normalisations."""

from __future__ import annotations

import json
from statistics import NormalDist

import numpy as np
import pytest
from helpers.scores_by_hand import dot

import zebra_core as zebra
from zebra_core.testing import Project


def one(values: list[float], **described: object) -> zebra.ScoreTable:
    benchmark = zebra.Benchmark("b", **{"direction": "higher", **described})  # type: ignore[arg-type]
    return zebra.ScoreTable([f"m{k}" for k in range(len(values))], [benchmark], np.array(values)[:, None])


@pytest.mark.parametrize(
    ("how", "described", "expected"),
    [
        ("minmax", {}, [1, 0.5, 0]),  # of 30, 20, 10
        ("range", {"bounds": (0, 100)}, [0.3, 0.2, 0.1]),
        ("range", {"bounds": (0, 100), "direction": "lower"}, [0.7, 0.8, 0.9]),
        ("range", {"bounds": (0, 100), "direction": 20.0}, [1 - 10 / 80, 1, 1 - 10 / 80]),  # 80 is as far as it can be
        ("rank", {}, [1, 0.5, 0]),
        ("zscore", {}, [NormalDist().cdf(z) for z in (1.5**0.5, 0, -(1.5**0.5))]),  # deviation sqrt(200 / 3)
    ],
)
def test_normalisations(how: str, described: dict[str, object], expected: list[float]) -> None:
    """Each brings 30, 20 and 10 to [0, 1], 1 is best."""
    table = one([30, 20, 10], **described)
    result = zebra.derive_behavior(table, dot, zebra.Recipe(normalisation=how))
    np.testing.assert_allclose(result.vectors[:, 0], expected, atol=1e-12)


def test_ranks_of_ties() -> None:
    """Of 10, 20, 20, 30 the two in the middle share the ranks 1 and 2 of 0 to 3."""
    result = zebra.derive_behavior(one([10, 20, 20, 30]), dot, zebra.Recipe(normalisation="rank"))
    np.testing.assert_allclose(result.vectors[:, 0], [0, 0.5, 0.5, 1])


def test_range_needs_bounds() -> None:
    """A benchmark without bounds is named, with the remedy."""
    with pytest.raises(zebra.ZebraError, match=r"'b' has no bounds.*bounds = \[LOW, HIGH\]"):
        zebra.derive_behavior(one([1, 2]), dot, zebra.Recipe(normalisation="range"))


def mirrored(values: np.ndarray, names: list[str]) -> tuple[str, str]:
    """Return a table, and the same with every benchmark lower-is-better and its values negated."""
    models = [f"m{k}" for k in range(len(values))]
    tables = []
    for sign, direction in ((1, "higher"), (-1, "lower")):
        rows = {m: dict(zip(names, (sign * row).tolist(), strict=True)) for m, row in zip(models, values, strict=True)}
        tables.append(json.dumps({"benchmarks": {n: {"direction": direction} for n in names}, "scores": rows}))
    return tables[0], tables[1]


@pytest.mark.parametrize("normalisation", ["minmax", "zscore", "rank"])
def test_a_mirrored_table_gives_the_same_dataset(zebra_cli: Project, normalisation: str) -> None:
    """Every benchmark flipped to lower-is-better and mirrored: the same shards, byte for byte."""
    draw = np.random.default_rng(4)
    texts = mirrored(draw.random((6, 4)).round(6), list("wxyz"))
    rows = [{"instruction": f"q{n}", **{f"m{m}": f"{m} to {n}" for m in draw.permutation(6)[:4]}} for n in range(200)]
    zebra_cli.write("p.jsonl", "".join(json.dumps({**{f"m{k}": None for k in range(6)}, **row}) + "\n" for row in rows))
    for name, text in zip(("up", "down"), texts, strict=True):
        zebra_cli.write(f"{name}.json", text)
        zebra_cli.run(
            "run",
            "--pool",
            "p.jsonl",
            "--scores",
            f"{name}.json",
            "--strategy",
            "sup+sim",
            "--normalisation",
            normalisation,
            "-o",
            name,
        )
    shards = [{p.name: p.read_bytes() for p in (zebra_cli.folder / name / "data").iterdir()} for name in ("up", "down")]
    assert shards[0] == shards[1]
    assert len(zebra_cli.dataset("up")) == 200
