"""Rounds that are killed in every phase: `python bench/kill_rounds.py` compares weights and results with undisturbed ones.

For each schedule, three rounds on 24 of the demo's questions run undisturbed, and again with a SIGKILL at each event of `EVENTS` in
each round, and once all are done: every process runs the same command, and ends at the next such event.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from helpers import rounds

from zebra_core.testing import Project

EVENTS = (
    "dataset started",
    "dataset done",
    "training started",
    "training running",
    "training done",
    "evaluation started",
    "evaluation done",
    "measurement started",
    "measurement done",
)
ANSWERING = ("generation started", "generation done")
"""Further events of the schedule `on-policy`, in all rounds but the last."""
ROUNDS = 3
SCHEDULES = ("static", "easy-to-hard", "uncertain", "mix", "on-policy")
MORE = {"on-policy": ("--set", "on-policy.max_tokens=8")}


def events_of(schedule: str) -> list[str]:
    """Return the events at which processes end, in order."""
    events = []
    for number in range(1, ROUNDS + 1):
        answering = ANSWERING if schedule == "on-policy" and number < ROUNDS else ()
        events += [*EVENTS[:-2], *answering, *EVENTS[-2:]]
    return [*events, "rounds done"]


def killed(cli: Project, schedule: str) -> tuple[int, int]:
    """Run the rounds of a schedule with kills. Return how many processes were killed, and how many files differ."""
    shutil.rmtree(cli.folder, ignore_errors=True)
    cli.folder.mkdir(parents=True)
    os.chdir(cli.folder)
    whole, words = (
        rounds.arguments(cli.folder, schedule, name, *MORE.get(schedule, ())) for name in ("whole", "killed")
    )
    finished(rounds.run(cli, whole).returncode)
    kills = 0
    for event in events_of(schedule):
        code = rounds.run(cli, words, event).returncode
        kills += code == -signal.SIGKILL
        if code != -signal.SIGKILL:
            finished(code)
    finished(rounds.run(cli, words).returncode)
    before, after = (cli.folder / name for name in ("whole", "killed"))
    different = sum(a != b for a, b in zip(rounds.weights(before), rounds.weights(after), strict=True))
    return kills, different + (rounds.results(before) != rounds.results(after))


def finished(code: int) -> None:
    """Stop the benchmark if a process failed."""
    if code:
        sys.exit(f"a process ended with {code}")


def main() -> None:
    """Run every schedule, and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("bench-rounds"))
    parser.add_argument("--schedules", nargs="+", default=SCHEDULES, choices=SCHEDULES)
    options = parser.parse_args()
    print("| schedule | processes killed | models and results that differ |\n|---|---|---|")
    for schedule in options.schedules:
        cli = Project(options.folder.absolute() / schedule)
        kills, different = killed(cli, schedule)
        print(f"| {schedule} | {kills} | {different} |", flush=True)


if __name__ == "__main__":
    main()
