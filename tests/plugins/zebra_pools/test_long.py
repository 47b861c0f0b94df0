"""The layout `long`."""

from __future__ import annotations

import json
import pickle
import random

import pytest
from helpers.pools import (
    EXPECTED,
    POOL,
    lines,
    long,
    read,
    read_bare,
)

import zebra_core as zebra
from zebra_core.pool.pool import batches
from zebra_core.testing import Project


def test_a_folder_with_a_file_per_model(zebra_cli: Project) -> None:
    """What evaluation scripts write: one file of answers per model; instructions are gathered over the files."""
    for model in "abc":
        zebra_cli.write(f"outputs/{model}.json", json.dumps([row for row in long() if row["generator"] == model]))
    assert read("outputs") == EXPECTED
    bare = [{k: v for k, v in row.items() if k in ("instruction", "generator", "output")} for row in long()]
    zebra_cli.write("bare.jsonl", lines(bare))
    result = {prompt[0]["content"]: answers for _, prompt, answers, _ in read_bare("bare.jsonl")}
    assert result == {prompt: {m: r for m, r in answers.items() if r} for _, prompt, answers in POOL}


def test_a_long_pool_that_does_not_fit_in_memory(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shuffled rows of 3,000 instructions, divided into some 30 buckets: each instruction once, with all its answers."""
    draw = random.Random(3)
    expected = {f"q{n}": {m: f"{m} says {n}" for m in draw.sample("abcdef", 4)} for n in range(3_000)}
    rows = [{"prompt": q, "model": m, "response": r} for q, answers in expected.items() for m, r in answers.items()]
    draw.shuffle(rows)
    text = lines(rows).splitlines()
    text.insert(5_000, b"{")
    zebra_cli.write("pool.jsonl", b"\n".join(text))
    monkeypatch.setattr("zebra_pools.joining.BUCKET", 1 << 16)
    monkeypatch.setattr("zebra_pools.files.json_lines.BLOCK", 1 << 16)
    parts = zebra.open_pool("pool.jsonl").parts
    assert len(parts) > 20
    message: list[zebra.Rejected] = []
    result = [row for part in parts for batch in batches(part, message.append) for row in batch.to_pylist()]
    assert len(result) == len(expected)
    assert {r["prompt"][0]["content"]: dict(zip(r["models"], r["responses"], strict=True)) for r in result} == expected
    assert [(row.file, row.line) for row in message] == [("pool.jsonl", 5_001)]
    again = [row for part in parts for batch in batches(part) for row in batch.to_pylist()]
    sent = [row for part in parts for b in batches(pickle.loads(pickle.dumps(part))) for row in b.to_pylist()]  # noqa: S301
    assert again == sent == result
