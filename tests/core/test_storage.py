"""Whatever fsspec opens can be read and written: pools, tables and datasets behind a URL."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import pyarrow as pa
import pyarrow.csv as pv
import pyarrow.parquet as pq
import pytest
from upath import UPath

from zebra_core.testing import Project

SCORES = "model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,5\n"

ROWS: list[dict[str, Any]] = [
    {"instruction": f"question {n}", **{m: f"{m} says {n}" for m in "abc"}} for n in range(200)
]


@pytest.fixture
def bucket() -> UPath:
    """A folder in a file system that only fsspec knows."""
    folder = UPath(f"memory://{uuid.uuid4().hex}")
    folder.mkdir()
    return folder


def written(path: UPath) -> UPath:
    table = pa.Table.from_pylist(ROWS)
    with path.open("wb") as file:
        if path.suffix == ".parquet":
            pq.write_table(table, file)
        elif path.suffix == ".csv":
            pv.write_csv(table, file)
        elif path.suffix == ".arrow":
            with pa.ipc.new_file(file, table.schema) as sink:
                sink.write_table(table)
        else:
            lines = "".join(json.dumps(row) + "\n" for row in ROWS).encode()
            file.write(pa.compress(lines, "gzip", asbytes=True) if path.suffix == ".gz" else lines)
    return path


@pytest.mark.parametrize("name", ["pool.parquet", "pool.jsonl", "pool.jsonl.gz", "pool.csv", "pool.arrow"])
def test_a_pool_behind_a_url(zebra_cli: Project, bucket: UPath, name: str) -> None:
    """Each format gives the pairs that the same file gives on this machine."""
    remote = written(bucket / "pools" / name)
    zebra_cli.write(name, remote.read_bytes())
    (bucket / "scores.csv").write_text(SCORES)
    zebra_cli.write("scores.csv", SCORES)
    zebra_cli.run("run", "--pool", name, "--scores", "scores.csv", "-o", "local")
    zebra_cli.run("run", "--pool", str(bucket / "pools"), "--scores", str(bucket / "scores.csv"), "-o", "remote")
    assert zebra_cli.dataset("remote") == zebra_cli.dataset("local")
    assert len(zebra_cli.dataset("local")) == len(ROWS)
    inputs = {entry["path"]: set(entry) for entry in zebra_cli.manifest("remote")["inputs"]}
    assert inputs == {str(path): {"path", "bytes", "key"} for path in (remote, bucket / "scores.csv")}


def test_a_dataset_behind_a_url(zebra_cli: Project, bucket: UPath) -> None:
    """The same files with the same bytes; an existing dataset is not overwritten without --overwrite."""
    written(zebra_cli.folder / "pool.parquet")
    zebra_cli.write("scores.csv", SCORES)
    command = ("run", "--pool", "pool.parquet", "--scores", "scores.csv", "-o")
    zebra_cli.run(*command, "local")
    output = str(bucket / "pairs")
    zebra_cli.run(*command, output)
    local = {
        str(p.relative_to(zebra_cli.folder / "local")): p.read_bytes()
        for p in (zebra_cli.folder / "local").rglob("*")
        if p.is_file()
    }
    assert {
        str(p.relative_to(bucket / "pairs")): p.read_bytes() for p in (bucket / "pairs").rglob("*") if p.is_file()
    } == local
    assert f"{output} exists already; add --overwrite" in zebra_cli.run(*command, output, code=2).stderr
    zebra_cli.run(*command, output, "--overwrite", "--strategy", "sim")
    assert {p.name for p in bucket.iterdir()} == {"pairs"}


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("zzz://a/pool.csv", r"cannot open zzz://a/pool.csv: .*zzz"),
        ("memory://nowhere/pool.csv", r"there is no file or folder 'memory://nowhere/pool.csv'"),
        ("http://localhost:1/pool.csv", r"(cannot read|there is no file or folder) .*http://localhost:1/pool.csv.*"),
        (
            "model-answers:http://localhost:1/a.jsonl",
            r".*(cannot read|there is no file or folder) .*localhost:1/a.jsonl",
        ),
        (
            "inspect-samples:http://localhost:1/a.eval",
            r".*(cannot read|there is no file or folder) .*localhost:1/a.eval",
        ),
    ],
)
def test_a_url_that_leads_nowhere(zebra_cli: Project, url: str, message: str) -> None:
    """One line, and no output."""
    printed = zebra_cli.run("run", "--pool", url, code=2).stderr
    assert re.match(f"Error: {message}", printed), printed
    assert printed.count("\n") == 1
    assert not [*zebra_cli.folder.iterdir()]


@pytest.mark.parametrize("location", ["x" * 300, "a/" * 2_100])
def test_a_path_that_cannot_exist(zebra_cli: Project, location: str) -> None:
    """A name of more than 255 bytes and a path of more than 4,096 characters are refused by every option."""
    for command in ("run --pool", "run -o", "scores --scores", "report"):
        output = zebra_cli.run(*command.split(), location, code=2).stderr
        assert "is not a path: it is too long" in output
    assert not [*zebra_cli.folder.iterdir()]


def test_a_nul_character_in_an_argument(zebra_cli: Project) -> None:
    """A program that calls zebra with one gets a line, not an exception of the operating system."""
    assert zebra_cli.run("train", "a\0b", code=2).stderr == "Error: an argument has a NUL character; take it out\n"
