"""Recipes."""

from __future__ import annotations

import pytest

from zebra_core.testing import Project


def test_the_command_line_overrides_the_recipe(zebra_cli: Project) -> None:
    """The values of a recipe are used and named as the origin; an option on the command line replaces them."""
    zebra_cli.write("my.toml", 'similarity = "rbf"\nstrategy = "sim"\n[options.rbf]\ngamma = 0.5\n')
    output = zebra_cli.run("run", "my.toml", "--strategy", "delta").stdout
    lines = {
        line.split()[0]: line.split()[1:] for line in output.splitlines() if line.startswith("  ") and line.split()
    }
    assert lines["similarity"] == ["rbf", "from", "my.toml"]
    assert lines["strategy"] == ["delta", "--strategy"]
    assert zebra_cli.manifest()["recipe"]["options"] == {"rbf": {"gamma": 0.5}}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--pairs", "0"), "--pairs must be >= 1: 0"),
        (("--shard-rows", "0"), "--shard-rows must be >= 1: 0"),
        (("--candidates", "1"), "--candidates must be at least 2, or 0 for all: 1"),
        (("--max-share", "2"), "--max-share must be above 0 and at most 1: 2.0"),
        (("--length-ratio", "0.5"), "--length-ratio must be at least 1, or 0 for no limit: 0.5"),
        (("--min-confidence", "1"), "--min-confidence must be < 1: 1.0"),
        (("--threshold", "nan"), "--threshold must be a finite number: nan"),
        (
            ("--compression", "zip"),
            "--compression must be none, snappy, gzip, lz4, zstd, or zstd:1 to zstd:22, got 'zip'",
        ),
        (("fine.toml", "--min-gap", "-1"), "--min-gap must be >= 0: -1.0"),
        (
            ("wrong.toml", "--candidates", "4"),
            "the recipe is invalid: 'candidates' must be at least 2, or 0 for all: 1",
        ),
    ],
)
def test_a_mistake_in_a_flag(zebra_cli: Project, arguments: tuple[str, ...], message: str) -> None:
    """A value out of range is named by the flag that gave it, or by its key if it is in the file."""
    zebra_cli.write("fine.toml", "min_gap = 0.1\n")
    zebra_cli.write("wrong.toml", "candidates = 1\n")
    assert zebra_cli.run("run", *arguments, code=2).stderr == f"Error: {message}\n"


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        ('stratgy = "sup"', "there is no recipe key 'stratgy'; did you mean 'strategy'?"),
        ("pairs = 1.5", "expected int, got 1.5"),
        ('pairs = "2"', "expected int, got '2'"),
        ("pairs = 0", "'pairs' must be >= 1: 0"),
        ("threshold = nan", "'threshold' must be a finite number: nan"),
        ("min_gap = -1", "'min_gap' must be >= 0: -1"),
        ('compression = "zip"', "'compression' must be none, snappy, gzip, lz4, zstd, or zstd:1 to zstd:22, got 'zip'"),
        ('compression = "gzip:3"', "got 'gzip:3'"),
        ('scope = "galaxy"', "scope: expected 'instruction' or 'global', got 'galaxy'"),
        ("strategy = ", "is not valid TOML"),
        ("options = 3", "options must be tables"),
        ("[options.cosine]\npower = 2", "there is no option 'power' of similarity 'cosine' of plugin 'similarity'"),
        ("[options.rbf]\ngamma = 2.0", "the option rbf.gamma is set, but the run does not use 'rbf'"),
        ('similarity = "rbf"\n[options.rbf]\ngama = 2.0', "did you mean 'gamma'?"),
        ('similarity = "rbf"\n[options.rbf]\ngamma = "much"', "gamma: expected float, got 'much'"),
        ('similarity = "cosin"', "there is no similarity 'cosin'; did you mean 'cosine'?"),
        ('strategy = "k_scor"', "did you mean 'k_score'?"),
        ('rule = "better"', "there is no rule 'better'"),
        ('pool = "nowhere.parquet"', "there is no file, folder or pool 'nowhere.parquet'"),
        ('pool = "allenai/ultrafeedback"', "use hub:allenai/ultrafeedback"),
        ('scores = ["papr"]', "did you mean 'paper'?"),
        ("benchmarks = 3", "benchmarks: expected a table, got 3"),
        ('axes = ["safety"]', "axes: expected a table, got ['safety']"),
        ("benchmarks = {MMLU = 3}", "benchmarks['MMLU']: expected a table, got 3"),
        ('axes = {safety = "much"}', "axes['safety']: expected float, got 'much'"),
        ("a = " + "[" * 3_000 + "]" * 3_000, "is not valid TOML"),
        (f'pool = "{"x" * 5_000}"', "is not a path: it is too long, or has a NUL character"),
        (r'pool = "a\u0000b.jsonl"', "is not a path: it is too long, or has a NUL character"),
    ],
)
def test_a_mistake_in_a_recipe(zebra_cli: Project, recipe: str, message: str) -> None:
    """Each mistake is one line with the closest name or the expected type, and exit code 2; nothing is written."""
    zebra_cli.write("my.toml", recipe)
    output = zebra_cli.run("run", "my.toml", code=2).stderr
    assert message in output
    assert output.count("\n") == 1
    assert [p.name for p in zebra_cli.folder.iterdir()] == ["my.toml"]
