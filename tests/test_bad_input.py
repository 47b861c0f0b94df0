"""Bad input gets one line of fact, reason and remedy, exit code 2, and leaves nothing behind."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zebra_core.testing import Project

SCORES = "model,MMLU\na,3\nb,2\nc,1\n"


def row(number: int, **other: Any) -> dict[str, Any]:
    completions = [{"model": m, "response": f"{m} says {number}"} for m in "ab"]
    return {"instruction": f"question {number}", "models": ["a", "b"], "completions": completions, **other}


def rows(*last: Any) -> bytes:
    """150 good lines, and then these."""
    return "\n".join(json.dumps(r) for r in [*map(row, range(150)), *last]).encode()


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row(n) for n in range(50)]), sink)
    return sink.getvalue()


def strange_parquet() -> bytes:
    """A parquet file whose text is not UTF-8."""
    binary = pa.array([b"caf\xe9", b"x"])
    text = pa.StringArray.from_buffers(2, *binary.buffers()[1:])
    sink = io.BytesIO()
    pq.write_table(pa.table({"instruction": ["q", "r"], "a": text, "b": ["1", "2"]}), sink)
    return sink.getvalue()


POOLS = {
    "0 bytes": ("pool.jsonl", b"", r"pool.jsonl is empty"),
    "blank lines": ("pool.jsonl", b"\n \n", r"only blank lines"),
    "header alone": ("pool.csv", b"instruction,a,b\n", r"no rows, only a line of column names"),
    "unknown format": ("pool.txt", b"x", r"pool.txt is of no known format; a pool consists of .parquet"),
    "truncated parquet": ("pool.parquet", parquet()[:900], r"cannot read pool.parquet: .*damaged, unfinished"),
    "text named parquet": ("pool.parquet", b"hello", r"cannot read pool.parquet"),
    "broken parquet": ("pool.parquet", b"PAR1" + b"\0" * 500 + parquet()[504:], r"cannot read pool.parquet"),
    "truncated gz": ("pool.jsonl.gz", gzip.compress(rows())[:-300], r"cannot read pool.jsonl.gz: .*damaged"),
    "not gz": ("pool.jsonl.gz", rows(), r"cannot read pool.jsonl.gz"),
    "Latin-1 JSON": ("pool.json", b'[{"instruction": "caf\xe9"}]', r"pool.json is not UTF-8 \(byte 0xe9"),
    "truncated JSON": ("pool.json", b"[" + rows().replace(b"\n", b",")[:-9], r"pool.json is not valid JSON"),
    "wrong columns": (
        "pool.jsonl",
        b'{"question": "q", "answer": "a"}',
        r"no pool reads 'pool.jsonl': .*long has no column.*question, answer",
    ),
    "ids that stand twice": (
        "pool.jsonl",
        json.dumps(row(1, id="z")).encode() + b"\n" + rows(row(2, id="z")),
        r"the id 'z': rows 1 and 152; give each its own",
    ),
    "models without scores": (
        "pool.jsonl",
        rows().replace(b'"a"', b'"y"').replace(b'"b"', b'"z"'),
        r"no model of the pool has scores: .*--alias",
    ),
    "no pair": (
        "pool.jsonl",
        rows().replace(b'"b"', b'"z"'),
        r"no pair came out of 150 rows: 150 x fewer than two models",
    ),
    "empty folder": ("pool/readme.md", b"", r"the folder pool has no pool file"),
}
ROWS = {
    "bad JSON line": (
        "pool.jsonl",
        rows().replace(b'"question 99"', b"question"),
        r"line 100: not JSON \(.*\)",
        149,
    ),
    "bad first line": ("pool.jsonl", b"{" + rows(), r"line 1: not JSON .*", 149),
    "bad line after blank ones": ("pool.jsonl", b"\n\n" + rows() + b"\n \n{", r"line 154: not JSON .*", 150),
    "bad line in gz": ("pool.jsonl.gz", gzip.compress(rows() + b"\n{"), r"line 151: not JSON .*", 150),
    "line that is a list": ("pool.jsonl", rows([1, 2]), r"line 151: expected an object, got \[1, 2\]", 150),
    "Latin-1 lines": (
        "pool.jsonl",
        rows().replace(b"question 120", b"caf\xe9"),
        r"line 121: not UTF-8 \(byte 0xe9 at \d+\)",
        149,
    ),
    "Latin-1 CSV": ("pool.csv", b"instruction,a,b\nq,1,2\ncaf\xe9,3,4\n", r"row 2: 'instruction' is not UTF-8", 1),
    "Latin-1 parquet": ("pool.parquet", strange_parquet(), r"row 1: .*UTF-?8.*", 1),
    "entry that is no object": (
        "pool.json",
        json.dumps([row(1), 3]).encode(),
        r"row 2: expected an object, got 3",
        1,
    ),
    "number for text": (
        "pool.jsonl",
        rows(row(1, instruction=7)),
        r"line 151: 'instruction' must be string, got 7",
        150,
    ),
    "text for a list": (
        "pool.jsonl",
        rows(row(1, models="a")),
        r"line 151: 'models' must be list<string>, got 'a'",
        150,
    ),
    "number for a response": (
        "pool.jsonl",
        rows(row(1, completions=[{"model": "a", "response": 5}, {"model": "b", "response": "x"}])),
        r"line 151: 'completions' must be list<struct<model: string, response: string>>, got .*",
        150,
    ),
    "mixed types early": (
        "pool.jsonl",
        rows().replace(b'"question 3"', b"[3]"),
        r"line 4: 'instruction' must be string, got \[3\]",
        149,
    ),
    "ragged CSV": ("pool.csv", b"instruction,a,b\nq,1,2\nq,1\n", r"row 2: expected 3 columns, got 2", 1),
    "text for a rating": (
        "pool.csv",
        b"instruction,model,response,rating\nq,a,x,1\nq,c,y,good\nq,b,z,2\n",
        r"row 2: .*good.*",
        1,
    ),
    "CSV without JSON": (
        "pool.csv",
        b'prompt,models,responses\nq,"[""a"", ""b""]","[""x"", ""y""]"\nq,a,b\n',
        r"row 2: 'models' is not the expected JSON .*",
        1,
    ),
    "models that differ": ("pool.jsonl", rows(row(1, models=["a", "c"])), r"row 151: .*different models \(b, c\)", 150),
    "lists that differ": (
        "pool.jsonl",
        b'{"prompt": "q", "models": ["a", "b"], "responses": ["x"]}',
        r"row 1: 2 models but 1 responses; each model needs its own",
        0,
    ),
}


@pytest.mark.parametrize("case", POOLS)
def test_pool(zebra_cli: Project, case: str) -> None:
    """Each broken pool is told in one line that says what and where; no output is left."""
    name, content, told = POOLS[case]
    zebra_cli.write(name, content)
    zebra_cli.write("scores.csv", SCORES)
    check(zebra_cli, told, "run", "--pool", name.partition("/")[0], "--scores", "scores.csv")
    assert {p.name for p in zebra_cli.folder.iterdir()} == {name.partition("/")[0], "scores.csv"}


@pytest.mark.parametrize("case", ROWS)
def test_row(zebra_cli: Project, case: str) -> None:
    """A row that cannot be used is left out and listed, and ends the run with --strict; the others give their pairs."""
    name, content, told, good = ROWS[case]
    zebra_cli.write(name, content)
    zebra_cli.write("scores.csv", SCORES)
    arguments = ("run", "--pool", name, "--scores", "scores.csv")
    check(zebra_cli, f"{name}, {told}; correct or remove it, or leave out --strict", *arguments, "--strict")
    assert {p.name for p in zebra_cli.folder.iterdir()} == {name, "scores.csv"}
    if not good:
        check(zebra_cli, f"no pair came out of 0 rows: 1 row of the pool cannot be used .*{told}", *arguments)
        return
    said = zebra_cli.run(*arguments).output
    assert re.search(
        rf"Note: 1 row of the pool cannot be used \(the first: {name}, {told}\); rejected_rows.jsonl lists", said
    )
    lines = (zebra_cli.folder / "zebra-dataset/rejected_rows.jsonl").read_text(encoding="utf-8").splitlines()
    (listed,) = [json.loads(line) for line in lines]
    assert (listed["file"], re.search(r"\d+", told)[0]) == (name, str(listed["line"]))
    assert len(zebra_cli.dataset()) == zebra_cli.manifest()["summary"]["pairs"] == good


def check(cli: Project, told: str, *arguments: str) -> None:
    *warnings, said = cli.run(*arguments, code=2).stderr.splitlines()
    assert said.startswith("Error: ")
    assert all(line.startswith("Warning: [") for line in warnings), warnings
    assert re.search(told, said), said


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
    """Each broken score table is told in one line that says what and where."""
    name, content, told = SCORE_TABLES[case]
    zebra_cli.write(name, content)
    check(zebra_cli, told, "behavior", "--scores", name)


def test_no_scores_for_a_foreign_pool(zebra_cli: Project) -> None:
    """Without --scores a pool whose models no embedded table covers is an error that names some."""
    zebra_cli.write("pool.jsonl", rows())
    check(zebra_cli, r"add --scores: .*\(a, b, \.\.\.\)", "run", "--pool", "pool.jsonl")


def test_declarations_about_a_column_that_is_not_there(zebra_cli: Project) -> None:
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


def test_an_output_that_cannot_be_written(zebra_cli: Project) -> None:
    """A read-only folder is an error that says so."""
    (zebra_cli.folder / "locked").mkdir(mode=0o500)
    if os.access(zebra_cli.folder / "locked", os.W_OK):
        pytest.skip("this user may write anywhere")
    check(zebra_cli, "cannot write locked/out: Permission denied", "run", "-o", "locked/out")
