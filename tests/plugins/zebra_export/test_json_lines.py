"""The export as JSON lines."""

from __future__ import annotations

import json

import zebra_core as zebra
from zebra_core.testing import Project

TOY = """
import datetime

import pyarrow as pa
import zebra_core as zebra


@zebra.hookimpl
def zebra_columns():
    return {"odd": odd}


def odd(pairs, behavior):
    days = pa.array([datetime.date(2024, 2, 29)] * len(pairs), pa.date32())
    return {"ratio": pa.array([float("nan")] * len(pairs), pa.float64()), "day": days}
"""


def test_every_pair_is_a_line(zebra_cli: Project) -> None:
    """The lines are the rows of the dataset in order, with all columns, and two exports are the same bytes."""
    zebra_cli.run("run", "-o", "pairs", "--shard-rows", "100", "--column", "lengths")
    zebra_cli.run("export", "pairs", "--format", "jsonl", "-o", "out")
    files = sorted((zebra_cli.folder / "out/data").iterdir())
    assert [file.name for file in files] == ["part-00000.jsonl"]
    texts = [file.read_text(encoding="utf-8") for file in files]
    rows = zebra_cli.dataset("pairs")
    assert len(rows) == 600
    assert [json.loads(line) for line in "".join(texts).splitlines()] == rows
    zebra_cli.run("export", "pairs", "--format", "jsonl", "-o", "out", "--overwrite")
    assert [file.read_text(encoding="utf-8") for file in files] == texts


def test_what_json_cannot_hold(zebra_cli: Project) -> None:
    """NaN becomes null, and a date text; letters stay as they are."""
    rows = [{"prompt": "ä\u2028b", "scholar": "ja", "clerk": "nein"}]
    zebra_cli.write("pool.jsonl", json.dumps(rows[0]))
    zebra_cli.write("toy.py", TOY)
    zebra_cli.run("run", "--pool", "pool.jsonl", "--plugin", "./toy.py", "--column", "odd", "-o", "pairs")
    zebra_cli.run("export", "pairs", "--format", "jsonl", "-o", "out")
    raw = (zebra_cli.folder / "out/data/part-00000.jsonl").read_bytes()
    assert raw.count(b"\n") == 1
    row = json.loads(raw)
    assert b"NaN" not in raw
    assert (row["ratio"], row["day"]) == (None, "2024-02-29")
    assert "ä".encode() in raw


def test_datasets_reads_it_back(zebra_cli: Project) -> None:
    """`datasets` reads a file with the columns of the dataset."""
    import datasets

    zebra_cli.run("run", "-o", "pairs")
    zebra_cli.run("export", "pairs", "--format", "jsonl", "-o", "out")
    rows = datasets.load_dataset("json", data_files="out/data/part-00000.jsonl", split="train")
    assert rows.column_names == zebra.PREFERENCES.names
    assert rows[0]["chosen"] == zebra_cli.dataset("pairs")[0]["chosen"]
