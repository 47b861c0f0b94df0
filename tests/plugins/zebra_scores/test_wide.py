"""Tables with a row per model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

import zebra_core as zebra
from zebra_core.testing import Project


def test_csv_as_it_comes(zebra_cli: Project) -> None:
    """Byte-order marks, percent signs, quoted line breaks and commas, spaces, short lines, and four ways of missing."""
    text = '\ufeffModel,"IF\nEval",MMLU,"a, b"\r\n"x, y",85.37,86.40%,1e-2\r\nz, - ,64%,n/a\r\n,,,\r\nw,\xa0,27%\r\nempty,,,\r\n'
    zebra_cli.write("s.csv", text)
    table = zebra.read_scores(
        "s.csv", recipe=zebra.make_recipe({"missing": "mean", "benchmarks": {"a, b": {"direction": "higher"}}})
    )
    assert [b.name for b in table.benchmarks] == ["IFEval", "MMLU", "a, b"]
    assert table.models == ("x, y", "z", "w")
    np.testing.assert_array_equal(table.values, [[85.37, 86.4, 0.01], [85.37, 64, 0.01], [85.37, 27, 0.01]])
    assert table.notes[0] == "left out 'empty': no scores at all"


def test_declared_columns(zebra_cli: Project) -> None:
    """Options name the model's column, the benchmarks, their direction or target, and weights."""
    zebra_cli.write("s.tsv", "rank\tname\ttoxicity\tbias\tnote\n1\ta\t5\t48\tgood\n2\tb\t7\t60\tbad\n")
    options = {"model": "name", "benchmarks": ["toxicity", "bias"]}
    declared = {"toxicity": {"direction": "lower"}, "bias": {"direction": 50.0, "weight": 3}}
    recipe = zebra.make_recipe({"options": {"csv": options}, "benchmarks": declared})
    table = zebra.read_scores("s.tsv", recipe=recipe)
    assert [(b.name, b.direction, b.weight) for b in table.benchmarks] == [
        ("toxicity", "lower", 1.0),
        ("bias", 50.0, 3.0),
    ]
    assert zebra.derive_behavior(table).vectors.tolist() == [
        [1, 1],
        [0, 0],
    ]  # 5 below 7; 48 is 2 from 50, 60 is 10 from it


def test_an_option_overrides_the_file(zebra_cli: Project) -> None:
    """What the user declares replaces what a JSON file has of a benchmark; the rest stays."""
    zebra_cli.write(
        "s.json", '{"benchmarks": {"x": {"axis": "safety", "weight": 2}}, "scores": {"a": {"x": 1}, "b": {"x": 2}}}'
    )
    recipe = zebra.make_recipe({"benchmarks": {"x": {"direction": "lower", "weight": 5.0}}})
    (benchmark,) = zebra.read_scores("s.json", recipe=recipe).benchmarks
    assert (benchmark.direction, benchmark.weight, benchmark.axis) == ("lower", 5.0, "safety")


def test_two_tables_in_any_order(zebra_cli: Project) -> None:
    """Tables joined in either order give the same behavior."""
    zebra_cli.write("one.csv", "model,MMLU\na,1\nb,2\nc,4\n")
    zebra_cli.write("two.csv", "model,IFEval\nc,1\na,5\nb,2\n")
    result = [
        zebra.derive_behavior(zebra.read_scores(*order)).ranked()
        for order in (("one.csv", "two.csv"), ("two.csv", "one.csv"))
    ]
    assert result[0].models == result[1].models
    assert result[0].superiority.tolist() == result[1].superiority.tolist()


def test_real_tables(shared: Path) -> None:
    """The real tables are read: 52 and 21 models, of which 47 have every benchmark of the first."""
    for name, models, complete in (("recent_scores_v1.csv", 52, 47), ("recent_scores_v2.csv", 21, 21)):
        path = str(shared / name)
        assert len(zebra.read_scores(path, recipe=zebra.Recipe(missing="mean")).models) == models
        assert len(zebra.read_scores(path, recipe=zebra.Recipe(missing="drop-model")).models) == complete
