"""Runs that are ended at random moments: `python bench/kill.py --rows 40000 --kills 1000` compares every byte after a rerun.

Each round starts a build, ends it in one of the ways of `WAYS` at a moment drawn between the start of the process and its
usual end, starts it again, ends that one too every other time, and lets the last one end. Then the dataset must be the
uninterrupted one, and nothing else may be left. Whatever way it ends, nothing may print a traceback. Rounds that kill a
worker use the engine of `processes.py`; the others use the default, which has threads only.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from pool import make

SIGNALS = {"SIGKILL": signal.SIGKILL, "SIGTERM": signal.SIGTERM, "SIGINT": signal.SIGINT}
WORKER = "killed worker"
WAYS = (*SIGNALS, "full disk", "vanished input", WORKER)
CODES = {
    "SIGKILL": (-signal.SIGKILL,),
    "SIGTERM": (-signal.SIGTERM,),
    "SIGINT": (-signal.SIGINT, 130),  # a shell shows 130 for both
    "full disk": (2,),
    "vanished input": (2,),
    WORKER: (2,),
}
"""The exit codes that a run may end with, as `subprocess` shows them; 143 in a shell is -15 here."""
STARTING = (-signal.SIGINT, 1)
"""The exit codes of Ctrl-C while Python itself starts, before any of our code; it prints a traceback of its own."""
OUTPUT = "killed"
ENGINES = {
    "local": [],
    "processes": ["--plugin", str(Path(__file__).with_name("processes.py")), "--engine", "processes"],
}


class Bench:
    """A command, what it gives undisturbed, and what was seen of the runs that were ended."""

    def __init__(self, folder: Path, rows: int, shards: int, seed: int) -> None:
        self.shard_rows = -(-rows // shards)
        self.pool, self.draw = folder / f"{rows}-4-of-17", random.Random(seed)
        if not self.pool.is_dir():
            make(self.pool, rows, 17, 4, shards)
        self.work = folder / f"killed-{seed}"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir()
        self.output = self.work / OUTPUT
        self.ways = [way for way in WAYS if way != "full disk" or can_mount(self.work)]
        self.ended: Counter[str] = Counter()
        self.too_late: Counter[str] = Counter()
        self.resumed: Counter[str] = Counter()
        self.usual: dict[str, float] = {}
        self.expected: dict[str, dict[str, str]] = {}
        for self.engine in ENGINES:
            shutil.rmtree(self.output, ignore_errors=True)
            begun = time.perf_counter()
            subprocess.run(self.command(), check=True, capture_output=True)
            self.usual[self.engine] = time.perf_counter() - begun
            self.expected[self.engine] = digests(self.output)
        self.pages = sum(-(-path.stat().st_size // 4096) for path in self.output.rglob("*"))

    def command(self, output: Path | None = None) -> list[str]:
        """Return the command line of a build."""
        options = [
            "--no-report",
            "--shard-rows",
            str(self.shard_rows),
            "--pool",
            str(self.pool),
            "--scores",
            "paper",
            "--strategy",
            "sup",
            "-o",
            str(output or self.output),
            *ENGINES[self.engine],
        ]
        return [sys.executable, "-m", "zebra_core", "run", *options]

    def round(self) -> None:
        """End a build, or several in a row, and compare what the last one gives."""
        shutil.rmtree(self.output, ignore_errors=True)
        way = self.draw.choice(self.ways)
        self.engine = "processes" if way == WORKER else "local"
        self.end_one(way)
        while not self.output.exists() and self.draw.random() < 0.5:
            way = WORKER if way == WORKER else self.draw.choice(self.ways[:-1])
            self.end_one(way)
        if not self.output.exists():
            last = subprocess.run(self.command(), check=False, capture_output=True, text=True)
            self.resumed[way] += "resuming an interrupted run" in last.stdout
            if last.returncode:
                fail(f"after {way}, the same command failed:\n{last.stderr}")
        left = sorted(path.name for path in self.work.iterdir())
        if digests(self.output) != self.expected[self.engine] or left != [OUTPUT]:
            fail(f"after {way}, the dataset differs, or something is left: {left}")

    def end_one(self, way: str) -> None:
        """Start a build and end it in this way."""
        if way == "full disk":
            code, error = self.fill()
        elif way == "vanished input":
            code, error = self.hide()
        elif way == WORKER:
            code, error = self.kill_worker()
        else:
            code, error = self.kill(SIGNALS[way])
        early = way == "SIGINT" and "zebra_core" not in error and code in STARTING
        if "Traceback" in error and not early:
            fail(f"{way} printed a traceback:\n{error}")
        if code not in (0, *CODES[way]) and not early:
            fail(f"{way} gave the exit code {code}:\n{error}")
        (self.too_late if code == 0 else self.ended)[way] += 1

    def kill(self, number: signal.Signals) -> tuple[int, str]:
        """Send a signal at a random moment. Return the exit code and the standard error."""
        process = self.start()
        self.wait()
        process.send_signal(number)
        return finish(process)

    def kill_worker(self) -> tuple[int, str]:
        """Kill a process of the engine at a random moment. Return the exit code and the standard error of the run.

        All of them must have started: Python's `ProcessPoolExecutor` can wait forever if one dies while it starts another.
        """
        process = self.start()
        self.wait()
        while process.poll() is None:
            workers = workers_of(process.pid)
            if len(workers) == os.cpu_count():
                with contextlib.suppress(ProcessLookupError):  # it has ended
                    os.kill(self.draw.choice(workers), signal.SIGKILL)
                break
            time.sleep(0.01)
        return finish(process)

    def hide(self) -> tuple[int, str]:
        """Move the input away at a random moment, and back once the run has ended."""
        away = self.pool.with_name(f"{self.pool.name}.{os.getpid()}")
        process = self.start()
        self.wait()
        self.pool.rename(away)
        try:
            return finish(process)
        finally:
            away.rename(self.pool)

    def fill(self) -> tuple[int, str]:
        """Build on a disk that becomes full after a random number of bytes; the files are moved back to go on from."""
        size = self.draw.randint(1, self.pages) * 4096
        disk = self.work.with_name(f"{self.work.name}-disk")
        disk.mkdir(exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(disk)], check=True)
        try:
            process = self.start(disk / OUTPUT)
            code, error = finish(process)
            left = sorted(path.name for path in disk.iterdir())
            if code and left not in ([], [f"{OUTPUT}.partial"]):
                fail(f"a full disk left {left}")
            subprocess.run(["mount", "-o", "remount,size=1g", str(disk)], check=True)
            if code:
                subprocess.run(self.command(disk / OUTPUT), check=True, capture_output=True)
            if digests(disk / OUTPUT) != self.expected[self.engine] or [path.name for path in disk.iterdir()] != [
                OUTPUT
            ]:
                fail(f"after a full disk, the dataset differs, or something is left: {sorted(disk.iterdir())}")
            return code, error
        finally:
            subprocess.run(["umount", str(disk)], check=True)
            disk.rmdir()

    def wait(self) -> None:
        """Wait for a random part of the time that the run usually takes."""
        time.sleep(self.draw.uniform(0, self.usual[self.engine]))

    def start(self, output: Path | None = None) -> subprocess.Popen[str]:
        """Start a build."""
        signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # a shell's background jobs, and their children, ignore it
        return subprocess.Popen(self.command(output), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def workers_of(process: int) -> list[int]:
    """Return the numbers of the processes that an engine has started, from Linux's /proc."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    return []


def can_mount(folder: Path) -> bool:
    """Return whether this user may mount a small disk, which only root may, and not everywhere."""
    if shutil.which("mount") is None:
        return False
    disk = folder / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4096", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if not mounted.returncode:
        subprocess.run(["umount", str(disk)], check=True)
    disk.rmdir()
    return not mounted.returncode


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Wait for the end of a run. Return its exit code and standard error."""
    _, error = process.communicate()
    return process.returncode, error


def fail(message: str) -> None:
    """End the bench with what went wrong."""
    sys.exit(message)


def digests(folder: Path) -> dict[str, str]:
    """Return a hash of each file of a dataset."""
    result = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as file:
            result[str(path.relative_to(folder))] = hashlib.file_digest(file, "blake2b").hexdigest()
    return result


def main() -> None:
    """End so many runs, and print what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rows", 40_000), ("shards", 18), ("kills", 1000), ("seed", 0), ("minutes", 60)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path, default=Path("bench-pools"))
    printed = parser.parse_args()
    begun = time.monotonic()
    bench = Bench(printed.folder.absolute(), printed.rows, printed.shards, printed.seed)
    while bench.ended.total() < printed.kills and time.monotonic() - begun < 60 * printed.minutes:
        bench.round()
    shutil.rmtree(bench.work)
    print(f"{printed.rows:,} rows, {bench.usual['local']:.1f} s undisturbed: {bench.ended.total()} runs ended early")
    print("| way | ended | came too late | last of a round, and resumed with whole shards |\n|---|---|---|---|")
    for way in WAYS:
        print(f"| {way} | {bench.ended[way]} | {bench.too_late[way]} | {bench.resumed[way]} |")
    print(f"each of the {len(bench.expected['local'])} files was byte-identical every time, and nothing else was left")


if __name__ == "__main__":
    main()
