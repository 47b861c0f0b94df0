"""Two runs never write the same output."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from zebra_core.base.lock import is_locked, locked
from zebra_core.testing import Project

HOLD = """
import sys, time
from pathlib import Path
from zebra_core.base.lock import locked
with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(zebra_cli: Project) -> Iterator[subprocess.Popen[str]]:
    """A process that writes `pairs` of the current folder."""
    assert zebra_cli.folder.is_dir()
    process = subprocess.Popen([sys.executable, "-c", HOLD, "pairs"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "locked\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_run_says_who_writes_the_output(zebra_cli: Project, holder: subprocess.Popen[str]) -> None:
    """It ends with the process, the host and the time; another output is free."""
    message = zebra_cli.run("run", "-o", "pairs", code=2).stderr
    assert re.search(rf"Error: pairs is being written by process {holder.pid} on \S+ since 20\d\d-", message), message
    zebra_cli.run("run", "-o", "others")
    assert {path.name for path in zebra_cli.folder.iterdir()} == {"pairs.lock", "others"}


def test_whether_an_output_is_locked(zebra_cli: Project, holder: subprocess.Popen[str]) -> None:
    """It is while the process lives, as a look at the lock's file says; one that another host holds counts as locked."""
    assert is_locked(Path("pairs"))
    assert not is_locked(Path("others"))
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    assert not is_locked(Path("pairs"))
    path = Path("pairs.lock")
    path.write_text(path.read_text().replace(socket.gethostname(), "elsewhere"))
    assert is_locked(Path("pairs"))
    path.write_text("")  # just being written
    assert is_locked(Path("pairs"))


def test_a_killed_process_holds_no_lock(zebra_cli: Project, holder: subprocess.Popen[str]) -> None:
    """The next run writes the output, and removes what the lock left."""
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    zebra_cli.run("run", "-o", "pairs")
    assert [path.name for path in zebra_cli.folder.iterdir()] == ["pairs"]


def test_the_current_folder(zebra_cli: Project) -> None:
    """Its lock lies beside it, under its own name."""
    with locked(Path()):
        assert (zebra_cli.folder.parent / f"{zebra_cli.folder.name}.lock").is_file()
        assert not [*zebra_cli.folder.iterdir()]


def test_folders_on_the_way_to_an_output(zebra_cli: Project) -> None:
    """They are removed with the lock, unless something was written."""
    with locked(Path("new/deep/pairs")):
        assert Path("new/deep/pairs.lock").is_file()
    assert not Path("new").exists()
    with locked(Path("new/deep/pairs")):
        Path("new/file").touch()
    assert sorted(map(str, Path().rglob("*"))) == ["new", "new/file"]
