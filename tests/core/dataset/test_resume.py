"""An interrupted run is resumed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zebra_core.testing import Project

COMMAND = ("run", "--pool", "pool.parquet", "--scores", "scores.csv", "--shard-rows", "500", "--workers", "2")


@pytest.fixture
def project(zebra_cli: Project) -> Project:
    """A pool of 24 row groups, each of which becomes a shard, and two rows that cannot be used."""
    zebra_cli.write("scores.csv", "model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,5\nd,0,0\n")
    draw = random.Random(7)
    rows: list[dict[str, Any]] = []
    for number in range(12_000):
        models = draw.sample("abcd", 3)
        completions = [{"model": m, "response": f"{m} says {number} {'and more ' * 20}"} for m in models]
        rows.append(
            {"id": f"q{number}", "instruction": f"question {number}", "models": models, "completions": completions}
        )
    rows[40]["models"] = rows[11_000]["models"] = ["a", "b", "x"]
    pq.write_table(pa.Table.from_pylist(rows), zebra_cli.folder / "pool.parquet", row_group_size=500)
    return zebra_cli


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "zebra_core", *COMMAND, "-o", "out", *more]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(folder: Path) -> int:
    return len(list((folder / "out.partial" / "done").glob("*.json")))


def stopped_after(project: Project, shards: int, how: signal.Signals) -> tuple[int, str]:
    """Start a run, end it when so many shards are done, and return its exit code and what it said."""
    process = start(project.folder, "--plugin", "./slow.py")
    while finished(project.folder) < shards:
        time.sleep(0.005)
        assert process.poll() is None, process.communicate()
    process.send_signal(how)
    _, output = process.communicate()
    return process.returncode, output


SLOW = """\
import time
import zebra_core as zebra
import zebra_pools.files.tables

zebra_pools.files.tables.RANGE_ROWS = 500

@zebra.hookimpl
def zebra_strategies():
    return {"unhurried": Unhurried}

class Unhurried:
    per_instruction = True
    def __call__(self, behavior, candidates):
        time.sleep(0.02)
        return candidates.draw()
"""


def test_killed_again_and_again(project: Project) -> None:
    """Killed at random moments and rerun each time: the dataset is that of an undisturbed run, and no other file is left."""
    project.write("slow.py", SLOW)
    project.run(*COMMAND, "--plugin", "./slow.py", "-o", "undisturbed")
    draw, kills = random.Random(3), 0
    while kills < 6:
        process = start(project.folder, "--plugin", "./slow.py")
        try:
            process.communicate(timeout=draw.uniform(0.2, 1.2))
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            kills += 1
    if not (project.folder / "out").exists():
        project.run(*COMMAND, "--plugin", "./slow.py", "-o", "out")
    assert kills
    assert files(project.folder / "out") == files(project.folder / "undisturbed")
    assert project.names == [
        "out",
        "pool.parquet",
        "scores.csv",
        "slow.py",
        "undisturbed",
    ]


def test_ctrl_c(project: Project) -> None:
    """Ctrl-C prints one line with what is kept and how to resume; the same command resumes."""
    project.write("slow.py", SLOW)
    code, output = stopped_after(project, 3, signal.SIGINT)
    assert code == 130
    assert output.splitlines()[-1].startswith("Error: interrupted; ")
    assert "finished shards are kept in out.partial, and the same command resumes from there" in output
    kept = finished(project.folder)
    assert 3 <= kept < 24
    output = project.run(*COMMAND, "--plugin", "./slow.py", "-o", "out").stdout
    assert f"resuming an interrupted run: {kept} shards are finished" in output
    assert project.manifest("out")["summary"]["rows"] == 11_998


def test_finished_shards_are_not_built_again(project: Project) -> None:
    """Finished shards are not written again: the files keep their time."""
    project.write("slow.py", SLOW)
    stopped_after(project, 4, signal.SIGKILL)
    before = {p.name: p.stat().st_mtime_ns for p in (project.folder / "out.partial/data").glob("*.parquet")}
    project.run(*COMMAND, "--plugin", "./slow.py", "-o", "out")
    after = {p.name: p.stat().st_mtime_ns for p in (project.folder / "out/data").glob("*.parquet")}
    marked = [name for name in before if after[name] == before[name]]
    assert len(marked) >= 4
    assert len(after) == 24


@pytest.mark.parametrize(("change", "message"), [("recipe", "recipe"), ("input", "inputs")])
def test_a_changed_job_starts_over(project: Project, change: str, message: str) -> None:
    """With another recipe or a changed input nothing is reused, and the message lists what changed."""
    project.write("slow.py", SLOW)
    stopped_after(project, 2, signal.SIGKILL)
    more = ("--seed", "5") if change == "recipe" else ()
    if change == "input":
        project.write("scores.csv", "model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,5\nd,0,1\n")
    output = project.run(*COMMAND, "--plugin", "./slow.py", *more, "-o", "out").stdout
    assert f"starting over: since the interrupted run, this has changed: {message}" in output
    project.run(*COMMAND, "--plugin", "./slow.py", *more, "-o", "clean")
    assert files(project.folder / "out") == files(project.folder / "clean")


def test_a_full_disk_keeps_finished_shards(project: Project) -> None:
    """If the disk fills up, finished shards stay, and the rerun completes."""
    if os.geteuid() != 0:
        pytest.skip("needs a small file system of its own")
    small = project.folder / "small"
    small.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(small)], check=False, capture_output=True
    ).returncode:
        pytest.skip("cannot mount a tmpfs here")
    try:
        project.write("slow.py", SLOW)
        command = (*COMMAND, "--plugin", "./slow.py", "--compression", "none", "-o", "small/out")
        output = project.run(*command, code=2).stderr
        assert "No space left on device" in output
        assert "finished shards are kept in small/out.partial" in output
        assert list((small / "out.partial").rglob("*.json"))
        subprocess.run(["mount", "-o", "remount,size=40m", str(small)], check=True)
        assert "resuming an interrupted run" in project.run(*command).stdout
        assert json.loads((small / "out/manifest.json").read_text())["summary"]["rows"] == 11_998
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)
