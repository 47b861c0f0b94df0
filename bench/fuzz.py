"""Hostile input: `python bench/fuzz.py --inputs 100000` damages pools, scores, recipes, aliases, labels, options and plugins.

Every command must end with exit code 0 or 2 in time and in bounded memory; after 2 there is one line `Error: ...` and no new
file. Each input follows from the seed, its class and its number. A failure is written to `--keep`, as small as it can be made.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import re
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from fuzz_inputs import CLASSES, make, plain
from fuzz_worker import keep_metadata, limit_memory, run

BATCH = 40
"""Inputs of a forked process."""
COMMAND = "command.json"
TRIES = 60
"""Smaller inputs that are tried for a failure."""


class Child:
    """A forked process that runs commands, each in a folder of its own, and writes a line for each into a pipe."""

    def __init__(self, tasks: list[tuple[str, str]], base: Path) -> None:
        self.tasks, self.begun, self.unread = tasks, time.monotonic(), b""
        self.pipe, end = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            self._work(end, base)
        os.close(end)

    def _work(self, end: int, base: Path) -> None:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(null, descriptor)
        limit_memory()
        try:
            for kind, key in self.tasks:
                with tempfile.TemporaryDirectory(dir=base) as name:
                    os.chdir(name)
                    command = load(Path(key)) if kind == "replay" else make(kind, key, Path(name))
                    os.write(end, json.dumps(run(command)).encode() + b"\n")
                    os.chdir(base)
        except BaseException as error:  # noqa: BLE001  # a mistake of the fuzzer, not of what it tests
            os.write(end, json.dumps({"code": None, "message": repr(error), "failure": "fuzzer"}).encode() + b"\n")
        os._exit(0)

    def results(self, limit: float) -> list[dict[str, Any]] | None:
        """Return the results that arrived, a failure if the process died or hangs; None if it has ended."""
        ready, _, _ = select.select([self.pipe], [], [], 0)
        data = os.read(self.pipe, 1 << 16) if ready else b""
        *lines, self.unread = (self.unread + data).split(b"\n")
        if lines:
            self.begun = time.monotonic()
            return [json.loads(line) for line in lines]
        hangs = time.monotonic() - self.begun > limit
        if hangs:
            os.kill(self.process, signal.SIGKILL)
        if hangs or (ready and not data):
            _, status = os.waitpid(self.process, 0)
            os.close(self.pipe)
            self.process = 0
            kind = "hang" if hangs else f"signal {status & 127}"
            return [{"code": None, "message": "", "failure": kind}] if self.tasks else None
        return []


def load(folder: Path) -> list[str]:
    """Copy a kept input into the current folder, and return its command."""
    shutil.copytree(folder, ".", dirs_exist_ok=True, ignore=shutil.ignore_patterns(COMMAND))
    command: list[str] = json.loads((folder / COMMAND).read_text())["command"]
    return command


def run_all(tasks: list[tuple[str, str]], base: Path, jobs: int, limit: float, end: float = float("inf")) -> Any:
    """Yield each task with its result, from so many processes at once; start no more after the time `end`."""
    waiting = [tasks[at : at + BATCH] for at in range(0, len(tasks), BATCH)][::-1]
    children: list[Child] = []
    while waiting or children:
        if time.monotonic() > end:
            waiting.clear()
        while waiting and len(children) < jobs:
            children.append(Child(waiting.pop(), base))
        select.select([child.pipe for child in children], [], [], 0.5)
        for child in [*children]:
            results = child.results(limit)
            for result in results or []:
                yield child.tasks.pop(0), result
            if not child.process:
                children.remove(child)
                if child.tasks:
                    waiting.append(child.tasks)


def keep(task: tuple[str, str], failure: str, folder: Path, base: Path, limit: float) -> None:
    """Write a failing input into a folder, its files cut to what still fails in the same way."""
    kind, key = task
    folder.mkdir(parents=True, exist_ok=True)
    command = make(kind, key, folder)
    (folder / COMMAND).write_text(json.dumps({"failure": failure, "key": key, "command": command}))
    tries = TRIES
    for path in sorted(p for p in folder.iterdir() if p.name != COMMAND):
        data, size = path.read_bytes(), max(1, path.stat().st_size // 2)
        while size and tries:
            at = 0
            while at < len(data) and tries:
                path.write_bytes(data[:at] + data[at + size :])
                tries -= 1
                ((_, result),) = run_all([("replay", str(folder))], base, 1, limit)
                if result["failure"] == failure:
                    data = path.read_bytes()
                else:
                    at += size
            size //= 2
        path.write_bytes(data)


def shape(message: str) -> str:
    """Return a message with its names and numbers masked."""
    return re.sub(r"\d+", "0", re.sub(r"'[^']*'|\"[^\"]*\"|\S*[/.]\S+", "X", message))


def main() -> None:
    """Run the inputs, and print the counts by class."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--classes", nargs="+", choices=[*CLASSES], default=[*CLASSES])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--limit", type=float, default=30, help="seconds for an input")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="start no more inputs after this time")
    parser.add_argument("--keep", type=Path, help="folder for failing inputs")
    parser.add_argument("--messages", type=Path, help="file for one message of each shape")
    parser.add_argument("--replay", type=Path, help="folder of a kept input, or its command.json")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        base = Path(name).resolve()
        if chosen.replay:
            folder = chosen.replay.resolve()
            task = ("replay", str(folder if folder.is_dir() else folder.parent))
            ((_, result),) = run_all([task], base, 1, chosen.limit)
            print(json.dumps(result))
            sys.exit(bool(result["failure"]))
        keep_metadata()
        _prepare(base)
        sys.exit(_fuzz(chosen, base))


def _prepare(base: Path) -> None:
    """Build the dataset that `judge` audits, in another process, and import what it took, so that no fork imports it again."""
    names = base / "modules.json"
    process = os.fork()
    if process == 0:
        os.chdir(base)
        build = run(plain(base))
        (base / "judge.csv").write_text("id,model,score\n1,a,1\n1,b,0\n")
        for command in (["audit", "out", "--judge", "judge.csv"], ["scores", "--scores", "paper"]):
            run(command)
        names.write_text(json.dumps([*sys.modules]))
        os._exit(bool(build["code"]))
    if os.waitpid(process, 0)[1]:
        sys.exit("the dataset for the labels could not be built")
    for name in json.loads(names.read_text()):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _fuzz(chosen: argparse.Namespace, base: Path) -> int:
    begun = time.monotonic()
    kinds = islice(cycle(chosen.classes), chosen.inputs)
    tasks = [(kind, f"{chosen.seed} {kind} {number}") for number, kind in enumerate(kinds)]
    counts: Counter[tuple[str, str]] = Counter()
    shapes: dict[str, str] = {}
    examples: Counter[str] = Counter()
    failures: list[tuple[tuple[str, str], str]] = []
    for task, result in run_all(tasks, base, chosen.jobs, chosen.limit, begun + chosen.seconds):
        outcome = result["failure"] or f"exit {result['code']}"
        counts[task[0], outcome] += 1
        if result["code"] == 2:
            shapes.setdefault(shape(result["message"]), result["message"].replace("\n", "\\n"))
        if result["failure"]:
            name = f"{task[0]} {outcome}"
            examples[name] += 1
            if examples[name] <= 3:
                failures.append((task, outcome))
                print(f"{outcome}: {task[1]!r} {result['message'][:300]!r}", file=sys.stderr)
    seconds = time.monotonic() - begun
    if chosen.messages:
        chosen.messages.write_text(
            "".join(f"{m[:2_000]}\n" for m in shapes.values()), encoding="utf-8", errors="replace"
        )
    for task, outcome in failures if chosen.keep else ():
        keep(task, outcome, chosen.keep / f"{outcome} {task[1]}".replace(" ", "-"), base, chosen.limit)
    outcomes = sorted({outcome for _, outcome in counts} | {"exit 0", "exit 2"})
    print("| class | inputs | " + " | ".join(outcomes) + " |")
    print("|---" * (len(outcomes) + 2) + "|")
    for kind in chosen.classes:
        row = [counts[kind, outcome] for outcome in outcomes]
        print(f"| {kind} | {sum(row):,} | " + " | ".join(f"{n:,}" for n in row) + " |")
    total = counts.total()
    print(f"\n{total:,} inputs in {seconds:.0f} s: {total / seconds:.0f} a second; {len(shapes)} shapes of messages")
    return int(bool(failures))


if __name__ == "__main__":
    main()
