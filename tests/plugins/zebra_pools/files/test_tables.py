"""Pool files: formats, batches, and damage."""

from __future__ import annotations

import gzip
import io
import json
import pickle

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.bad_input import SCORES, check, row, rows
from helpers.pools import (
    FORMATS,
    lines,
    ultrafeedback,
    wide,
)

import zebra_core as zebra
from zebra_core.pool.pool import batches
from zebra_core.testing import Project


def small_parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row(n) for n in range(50)]), sink)
    return sink.getvalue()


POOLS = {
    "0 bytes": ("pool.jsonl", b"", r"pool.jsonl is empty"),
    "blank lines": ("pool.jsonl", b"\n \n", r"only blank lines"),
    "header alone": ("pool.csv", b"instruction,a,b\n", r"no rows, only a line of column names"),
    "unknown format": ("pool.txt", b"x", r"pool.txt is of no known format; a pool consists of .parquet"),
    "truncated parquet": ("pool.parquet", small_parquet()[:900], r"cannot read pool.parquet: .*damaged, unfinished"),
    "text named parquet": ("pool.parquet", b"hello", r"cannot read pool.parquet"),
    "broken parquet": ("pool.parquet", b"PAR1" + b"\0" * 500 + small_parquet()[504:], r"cannot read pool.parquet"),
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


@pytest.mark.parametrize("case", POOLS)
def test_pool(zebra_cli: Project, case: str) -> None:
    """Each broken pool gives one line with what is wrong and where, and no output."""
    name, content, message = POOLS[case]
    zebra_cli.write(name, content)
    zebra_cli.write("scores.csv", SCORES)
    check(zebra_cli, message, "run", "--pool", name.partition("/")[0], "--scores", "scores.csv")
    assert {p.name for p in zebra_cli.folder.iterdir()} == {name.partition("/")[0], "scores.csv"}


def test_parts_can_be_sent_to_another_process(zebra_cli: Project) -> None:
    """A part of a pool is pickled with its reader, and reads the same."""
    for name in ("pool.jsonl", "pool.parquet", "pool.csv"):
        zebra_cli.write(name, FORMATS[name](ultrafeedback()))
        part = zebra.open_pool(name).parts[0]
        sent = pickle.loads(pickle.dumps(part))  # noqa: S301
        assert [b.to_pylist() for b in sent.read()] == [b.to_pylist() for b in part.read()]


def test_many_batches(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of many batches gives each row once, in order, and errors count rows over all batches."""
    rows = [{**ultrafeedback()[0], "id": str(n), "instruction": f"{n} {'words ' * 400}"} for n in range(20_000)]
    zebra_cli.write("pool.jsonl", lines(rows))
    pool = zebra.open_pool("pool.jsonl")
    result = [batch["id"].to_pylist() for batch in pool.parts[0].read()]
    assert len(result) > 1
    assert [name for batch in result for name in batch] == [str(n) for n in range(20_000)]
    monkeypatch.setattr("zebra_pools.files.json_lines.RANGE", 1 << 20)  # read in some fifty ranges, as a large file is
    pool = zebra.open_pool("pool.jsonl")
    assert len(pool.parts) > 40
    assert [n for part in pool.parts for b in part.read() for n in b["id"].to_pylist()] == [
        str(n) for n in range(20_000)
    ]
    rows[19_000] |= {"models": ["a", "b", "other"]}
    zebra_cli.write("pool.jsonl", lines(rows))
    message: list[zebra.Rejected] = []
    kept = [
        n
        for part in zebra.open_pool("pool.jsonl").parts
        for b in batches(part, message.append)
        for n in b["id"].to_pylist()
    ]
    assert [str(row) for row in message] == [
        "pool.jsonl, row 19001: `models` and `completions` name different models (c, other)"
    ]
    assert kept == [str(n) for n in range(20_000) if n != 19_000]


def test_a_folder_of_two_layouts(zebra_cli: Project) -> None:
    """A file of another layout in the folder is named."""
    zebra_cli.write("pool/1.jsonl", lines(ultrafeedback()))
    zebra_cli.write("pool/2.jsonl", lines(wide()))
    with pytest.raises(zebra.ZebraError, match=r"2.jsonl has no column 'completions'"):
        zebra.open_pool("pool")
