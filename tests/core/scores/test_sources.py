"""Score tables that cannot be used."""

from __future__ import annotations

import pytest
from helpers.bad_input import check, rows

from zebra_core.testing import Project

SCORE_TABLES = {
    "0 bytes": ("s.csv", b"", r"s.csv has 0 lines"),
    "header alone": ("s.csv", b"model,MMLU\n", r"s.csv has 1 lines; a score table has"),
    "text for a number": (
        "s.csv",
        b"model,x,t\na,1,2\nb,1,y\n",
        r"s.csv, line 3: column 't' has 'y', which is not a number; .*csv.benchmarks",
    ),
    "infinite": ("s.csv", b"model,MMLU\na,inf\nb,1\n", r"line 2: column 'MMLU' has 'inf', which is not a number"),
    "decimal comma": ("s.csv", b'model,x\na,"1,5"\n', r"line 2: column 'x' has '1,5', which is not a number"),
    "percent and plain": (
        "s.csv",
        b"model,MMLU\na,86%\nb,0.5\n",
        r"line 3: column 'MMLU' mixes percent signs and plain numbers",
    ),
    "too many cells": ("s.csv", b"model,MMLU\na,1,5\n", r"line 2: 3 cells, but the first line has 2"),
    "no model": ("s.csv", b"model,MMLU\n,1\n", r"line 2: scores without a model"),
    "column twice": ("s.csv", b"model,x,x\na,1,2\n", r"the column 'x' appears twice"),
    "model twice": ("s.csv", b"model,MMLU\na,1\na,2\n", r"'a' appears twice with different scores: 'MMLU' is 1 and 2"),
    "Latin-1": ("s.csv", b"model,MMLU\ncaf\xe9,1\n", r"s.csv is not UTF-8 \(byte 0xe9"),
    "missing cells": (
        "s.csv",
        b"model,MMLU,IFEval\na,1,-\nb,2,\nc,3,4\n",
        r"2 cells of the scores missing: 'a x IFEval', 'b x IFEval'; .*--missing",
    ),
    "constant": ("s.csv", b"model,MMLU\na,1\nb,1\n", r"all 2 models have the same score on 'MMLU' \(1\)"),
    "one model": ("s.csv", b"model,MMLU\na,1\n", r"at least two models and one benchmark, got 1 and 1"),
    "no JSON": ("s.json", b"{", r"s.json is not valid JSON"),
    "other JSON": ("s.json", b'{"a": 1}', r"s.json is not a score table; it must be"),
    "text in JSON": ("s.json", b'{"a": {"x": "good"}}', r"'a' has 'good' on 'x', which is not a number"),
    "true in JSON": ("s.json", b'{"a": {"x": true}}', r"'a' has True on 'x'"),
    "direction": (
        "s.json",
        b'{"benchmarks": {"x": {"direction": "up"}}, "scores": {"a": {"x": 1}}}',
        r"direction must be 'higher', 'lower' or",
    ),
    "unknown property": (
        "s.json",
        b'{"benchmarks": {"x": {"directon": "lower"}}, "scores": {"a": {"x": 1}}}',
        r"did you mean 'direction'",
    ),
    "undescribed": ("s.json", b'{"benchmarks": {"mmlu": {}}, "scores": {"a": {"mmul": 1}}}', r"did you mean 'mmlu'"),
    "another format": (
        "s.xlsx",
        b"x",
        r"no score source reads 's.xlsx': csv reads .csv, .tsv, .md and .parquet files; json reads .json files; 23 other readers do",
    ),
}


@pytest.mark.parametrize("case", SCORE_TABLES)
def test_scores(zebra_cli: Project, case: str) -> None:
    """Each broken score table gives one line with what is wrong and where."""
    name, content, message = SCORE_TABLES[case]
    zebra_cli.write(name, content)
    check(zebra_cli, message, "behavior", "--scores", name)


def test_no_scores_for_a_foreign_pool(zebra_cli: Project) -> None:
    """Without --scores, a pool that no embedded table covers is an error that names some of its models."""
    zebra_cli.write("pool.jsonl", rows())
    check(zebra_cli, r"add --scores: .*\(a, b, \.\.\.\)", "run", "--pool", "pool.jsonl")


def test_declarations_about_a_missing_column(zebra_cli: Project) -> None:
    """A direction or weight for a misspelt benchmark is an error with the closest one."""
    zebra_cli.write("s.csv", "model,toxicity\na,1\nb,2\n")
    for option in (("--benchmark", "toxcity=lower"), ("--weight", "toxcity=2"), ("--benchmark", "toxcity=2")):
        check(zebra_cli, "did you mean 'toxicity'", "behavior", "--scores", "s.csv", *option)
    check(zebra_cli, "no direction is known for 'toxicity'", "behavior", "--scores", "s.csv")
    for option in (
        ("--benchmark", "toxicity=up"),
        ("--benchmark", "toxicity"),
        ("--weight", "toxicity=-1"),
        ("--axis", "safety=1"),
    ):
        check(
            zebra_cli,
            "direction must be|expects NAME=VALUE|'weight' must be >= 0|no axis in the scores 'safety'",
            "behavior",
            "--scores",
            "s.csv",
            *(() if "--benchmark" in option else ("--benchmark", "toxicity=lower")),
            *option,
        )
