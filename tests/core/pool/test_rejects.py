"""Rows of a pool that cannot be used."""

from __future__ import annotations

import gzip
import io
import json
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.bad_input import SCORES, check, row, rows

from zebra_core.testing import Project


def strange_parquet() -> bytes:
    """A parquet file whose text is not UTF-8."""
    binary = pa.array([b"caf\xe9", b"x"])
    text = pa.StringArray.from_buffers(2, *binary.buffers()[1:])
    sink = io.BytesIO()
    pq.write_table(pa.table({"instruction": ["q", "r"], "a": text, "b": ["1", "2"]}), sink)
    return sink.getvalue()


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


@pytest.mark.parametrize("case", ROWS)
def test_invalid_row(zebra_cli: Project, case: str) -> None:
    """An invalid row is left out and listed, and ends the run with --strict; the others give their pairs."""
    name, content, message, good = ROWS[case]
    zebra_cli.write(name, content)
    zebra_cli.write("scores.csv", SCORES)
    arguments = ("run", "--pool", name, "--scores", "scores.csv")
    check(zebra_cli, f"{name}, {message}; correct or remove it, or leave out --strict", *arguments, "--strict")
    assert {p.name for p in zebra_cli.folder.iterdir()} == {name, "scores.csv"}
    if not good:
        check(zebra_cli, f"no pair came out of 0 rows: 1 row of the pool cannot be used .*{message}", *arguments)
        return
    printed = zebra_cli.run(*arguments).output
    assert re.search(
        rf"Note: 1 row of the pool cannot be used \(the first: {name}, {message}\); rejected_rows.jsonl lists", printed
    )
    lines = (zebra_cli.folder / "zebra-dataset/rejected_rows.jsonl").read_text(encoding="utf-8").splitlines()
    (listed,) = [json.loads(line) for line in lines]
    assert (listed["file"], re.search(r"\d+", message)[0]) == (name, str(listed["line"]))
    assert len(zebra_cli.dataset()) == zebra_cli.manifest()["summary"]["pairs"] == good
