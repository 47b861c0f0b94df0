"""What a run tells of its progress."""

from __future__ import annotations

import pytest

import zebra_core as zebra
from zebra_core.base.progress import Meter, Progress
from zebra_core.cli import progress_bar
from zebra_core.testing import Project


def test_rates_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """After 4 s, 600 of 1,000 rows of which an earlier run had done 200: 100 rows/s, 2 MB/s, and 400 rows take 4 s more."""
    clock = [10.0]
    monkeypatch.setattr("zebra_core.base.progress.time.monotonic", lambda: clock[0])
    output: list[str] = []
    progress = Progress(5, 1_000, lambda done: output.append(progress_bar.rates(done)), begun=10.0)
    progress.advance(200, tasks=1, before=True)
    clock[0] = 14.0
    progress.advance(400, 8_000_000, tasks=2)
    assert output[-1] == "100 rows/s, 2 MB/s, 0:00:04 left"
    unknown = Progress(5, None, lambda _: None)
    assert unknown.total is None
    unknown.advance(300, tasks=2)
    assert unknown.total == 750  # two of five tasks had 300 rows


def test_the_time_left_from_the_bytes_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a number of rows: 30 of 120 bytes had 300 rows, so there are 1,200, and at 100 rows/s 900 take 9 s more."""
    monkeypatch.setattr("zebra_core.base.progress.time.monotonic", lambda: 13.0)
    meters = [Meter(40, 30), Meter(80)]
    progress = Progress(2, None, lambda _: None, meters, begun=10.0)
    progress.advance(300, 1)
    assert (progress.total, progress.seconds_left) == (1_200, 9.0)


def test_lines_without_a_terminal(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines go to the standard error, so that the output stays the same; the last one has every row."""
    monkeypatch.setattr(progress_bar, "EVERY", 0.0)
    output = zebra_cli.run("run", "-o", "a")
    rows = zebra_cli.manifest("a")["summary"]["rows"]
    assert f"building: {rows:,} of about {rows:,} rows, " in output.stderr.splitlines()[-1]
    assert "building" not in output.stdout


def test_on_progress_gets_every_step(zebra_cli: Project) -> None:
    """`Run.write` calls `on_progress` up to the last row and shard."""
    seen: list[tuple[int, int]] = []
    run = zebra.prepare(zebra.Recipe(shard_rows=100))
    dataset = run.write("out", on_progress=lambda done: seen.append((done.rows_done, done.tasks - done.tasks_done)))
    assert seen[-1] == (dataset.manifest.summary.rows, 0)
