"""The folder of a dataset: complete or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from helpers.bad_input import check
from helpers.small_pool import ARGUMENTS, files, rows, write

from zebra_core.testing import Project


def test_an_existing_output_is_kept(zebra_cli: Project) -> None:
    """An existing output needs --overwrite, and a folder that is not a dataset is never overwritten."""
    write(zebra_cli, rows())
    zebra_cli.run(*ARGUMENTS, "-o", "out")
    before = files(zebra_cli.folder / "out")
    assert "add --overwrite" in zebra_cli.run(*ARGUMENTS, "-o", "out", code=2).stderr
    zebra_cli.run(*ARGUMENTS, "-o", "out", "--strategy", "nonsense", "--overwrite", code=2)
    assert files(zebra_cli.folder / "out") == before
    zebra_cli.run(*ARGUMENTS, "-o", "out", "--strategy", "delta", "--overwrite")
    assert files(zebra_cli.folder / "out") != before
    zebra_cli.write("mine/thesis.tex", "years of work")
    assert "is not a dataset made by zebra" in zebra_cli.run(*ARGUMENTS, "-o", "mine", "--overwrite", code=2).stderr
    assert (zebra_cli.folder / "mine/thesis.tex").read_text() == "years of work"
    assert sorted(p.name for p in zebra_cli.folder.iterdir()) == ["mine", "out", "pool.jsonl", "scores.csv"]


def test_names_with_colons_and_spaces(zebra_cli: Project) -> None:
    """Paths are paths, whatever their names contain: neither URIs nor options."""
    table = pa.Table.from_pylist(rows())
    write(zebra_cli, rows(), "odd: pool/a b:1.jsonl")
    pq.write_table(table, zebra_cli.folder / "plain.parquet")
    (zebra_cli.folder / "plain.parquet").rename(zebra_cli.folder / "odd: pool/b:2.parquet")
    wide = [{"instruction": f"question {n}", "a": "x", "b": "y"} for n in range(40)]
    zebra_cli.write("odd: pool/c:3.csv", "\n".join(["instruction,a,b", *(",".join(row.values()) for row in wide)]))
    for name in ("a b:1.jsonl", "b:2.parquet", "c:3.csv"):
        zebra_cli.run("run", "--pool", f"odd: pool/{name}", "--scores", "scores.csv", "-o", f"out: {name}")
        assert len(zebra_cli.dataset(f"out: {name}")) == 40


def test_an_output_below_a_file(zebra_cli: Project) -> None:
    """An output below a file is an error without a traceback."""
    write(zebra_cli, rows())
    zebra_cli.write("a file", "")
    assert "cannot write a file/out: Not a directory" in zebra_cli.run(*ARGUMENTS, "-o", "a file/out", code=2).stderr


def test_a_full_disk(zebra_cli: Project) -> None:
    """If the disk is full, the error says so, and nothing half-written stays."""
    write(zebra_cli, rows(4000))
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); from zebra_core.cli import main; main()"
    command = [sys.executable, "-c", limited, *ARGUMENTS, "-o", "out"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("Error: cannot write out.partial/data/part-00000.parquet: ")
    assert "free some space, or choose another --output; nothing was kept" in done.stderr
    assert sorted(p.name for p in zebra_cli.folder.iterdir()) == ["pool.jsonl", "scores.csv"]


def test_a_killed_run_leaves_no_output(zebra_cli: Project) -> None:
    """Kill -9 in the middle leaves no output folder and no unfinished shard under a shard's name; a rerun completes."""
    write(zebra_cli, rows(4000))
    zebra_cli.write("slow.py", SLOW)
    command = [
        sys.executable,
        "-m",
        "zebra_core",
        *ARGUMENTS,
        "--plugin",
        "./slow.py",
        "--strategy",
        "slow",
        "-o",
        "out",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (zebra_cli.folder / "reached").exists():
        time.sleep(0.01)
        assert process.poll() is None
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (zebra_cli.folder / "out").exists()
    assert [p.name for p in zebra_cli.folder.rglob("*.parquet")] == []
    zebra_cli.run(*ARGUMENTS, "-o", "out")
    assert not (zebra_cli.folder / "out.partial").exists()


SLOW = """\
import time
import numpy as np
import zebra_core as zebra

@zebra.hookimpl
def zebra_strategies():
    return {"slow": Slow()}

class Slow:
    per_instruction = True

    def __call__(self, behavior, candidates):
        open("reached", "w").close()
        time.sleep(60)
"""


def test_a_read_only_folder(zebra_cli: Project) -> None:
    """A read-only folder is an error that says so."""
    (zebra_cli.folder / "locked").mkdir(mode=0o500)
    if os.access(zebra_cli.folder / "locked", os.W_OK):
        pytest.skip("this user may write anywhere")
    check(zebra_cli, "cannot write locked/out: Permission denied", "run", "-o", "locked/out")
