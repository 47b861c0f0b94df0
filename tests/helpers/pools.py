"""One small pool in every layout and format is the same pool."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_core.pool.pool import batches

TEXT = 'Say "three",\nin two lines.'

POOL = [  # id, prompt, {model: response}
    ("q1", "What is 1 + 1?", {"a": "Two.", "b": "2", "c": "It is 2, naturally."}),
    ("q2", TEXT, {"a": "three\nthree", "c": "é"}),
    ("q3", "Say nothing.", {"b": "", "a": "(nothing)"}),
]


def ultrafeedback() -> list[dict[str, Any]]:
    """Completions in another order than models, as in a public copy of UltraFeedback."""
    rows = []
    for name, prompt, answers in POOL:
        completions = [
            {"model": m, "response": r, "overall_score": float(len(r)), "critique": "x"} for m, r in answers.items()
        ]
        rows.append(
            {
                "id": name,
                "source": "test",
                "instruction": prompt,
                "models": [*answers],
                "completions": completions[::-1],
            }
        )
    return rows


def long() -> list[dict[str, Any]]:
    """The rows of one instruction apart from each other."""
    rows = [
        {"instruction_id": name, "instruction": prompt, "generator": model, "output": response, "dataset": "test"}
        for name, prompt, answers in POOL
        for model, response in answers.items()
    ]
    return sorted(rows, key=lambda row: str(row["generator"]))


def wide() -> list[dict[str, Any]]:
    return [
        {"id": name, "prompt": prompt, "source": "test", **{m: answers.get(m) for m in "abc"}}
        for name, prompt, answers in POOL
    ]


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def comma(rows: list[dict[str, Any]]) -> bytes:
    """Write CSV with JSON in the cells that hold lists."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    for row in rows:
        writer.writerow({name: json.dumps(cell) if isinstance(cell, list) else cell for name, cell in row.items()})
    return text.getvalue().encode()


def parquet(rows: list[dict[str, Any]]) -> bytes:
    """Write two row groups."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, row_group_size=2)
    return sink.getvalue()


def arrow(rows: list[dict[str, Any]], *, stream: bool = False) -> bytes:
    table, sink = pa.Table.from_pylist(rows), io.BytesIO()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return sink.getvalue()


FORMATS = {
    "pool.jsonl": lines,
    "pool.ndjson": lambda rows: lines(rows).replace(b"\n", b"\r\n\r\n") + b"\r\n",
    "pool.jsonl.gz": lambda rows: gzip.compress(lines(rows)),
    "pool.jsonl.zst": lambda rows: pa.compress(lines(rows), "zstd", asbytes=True),
    "pool.json": lambda rows: b"\xef\xbb\xbf" + json.dumps(rows).encode(),
    "lines.json": lines,
    "pool.csv": comma,
    "pool.parquet": parquet,
    "pool.arrow": arrow,
    "stream.arrow": lambda rows: arrow(rows, stream=True),
}


def read(location: str) -> list[tuple[str, list[dict[str, str]], dict[str, str], str]]:
    """Return id, prompt, the response of each model that gave one, and the source."""
    pool = zebra.open_pool(location)
    rows = [row for part in pool.parts for batch in batches(part) for row in batch.to_pylist()]
    assert pool.rows in (None, len(rows))
    answered = [{m: r for m, r in zip(row["models"], row["responses"], strict=True) if r} for row in rows]
    return sorted(
        (row["id"], row["prompt"], answers, row["source"]) for row, answers in zip(rows, answered, strict=True)
    )


EXPECTED = [
    (name, [{"role": "user", "content": prompt}], {m: r for m, r in answers.items() if r}, "test")
    for name, prompt, answers in POOL
]


def read_bare(location: str) -> list[tuple[str, list[dict[str, str]], dict[str, str], str]]:
    """Read a pool without a source, whose rows cannot be sorted by it."""
    pool = zebra.open_pool(location)
    rows = [row for part in pool.parts for batch in batches(part) for row in batch.to_pylist()]
    assert all(row["id"].startswith("xxh3:") for row in rows)
    return [
        (row["id"], row["prompt"], {m: r for m, r in zip(row["models"], row["responses"], strict=True) if r}, "")
        for row in rows
    ]
