"""What a score table of thousands of models costs a run, beside a table of the pool's 40 models.

`python bench/models.py` makes a pool of 2,000 instructions with 8 answers each, by 40 models or by 4,500, runs
`zebra run --no-report` on each table in turn, each in a process of its own, and prints medians. Wall and CPU time are those
of the whole process; the peak is its largest resident set.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from pool import make

FEW, MANY, PER_ROW = 40, 4_500, 8
RUN = "from zebra_core.cli import main; main()"


def measured(pool: Path, table: Path, output: Path) -> dict[str, float]:
    """Run `zebra run` in a fresh process; return its wall and CPU time and its peak."""
    shutil.rmtree(output, ignore_errors=True)
    arguments = ["--pool", str(pool), "--scores", str(table), "--strategy", "sup+sim", "-o", str(output)]
    command = [sys.executable, "-c", RUN, "run", *arguments, "--workers", "1", "--no-report"]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    scale = 2**20 if sys.platform == "darwin" else 2**10
    wall = time.perf_counter() - start
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / scale}


def main() -> None:
    """Make the pools and tables, run the cases in turn, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("bench-pools"))
    asked = parser.parse_args()
    pools = {count: asked.folder / f"{asked.rows}-{PER_ROW}-of-{count}" for count in (FEW, MANY)}
    for count, pool in pools.items():
        if not pool.is_dir():
            make(pool, asked.rows, count, PER_ROW, 1)
    few, many = (pool.with_suffix(".csv") for pool in pools.values())
    cases = {
        f"{FEW} models, {FEW} in the table": (pools[FEW], few),
        f"{FEW} models, {MANY:,} in the table": (pools[FEW], many),
        f"{MANY:,} models, {MANY:,} in the table": (pools[MANY], many),
    }
    runs: dict[str, list[dict[str, float]]] = {case: [] for case in cases}
    for _ in range(asked.runs):
        for case, (pool, table) in cases.items():
            runs[case].append(measured(pool, table, asked.folder / "out"))
    shutil.rmtree(asked.folder / "out", ignore_errors=True)
    medians = {
        case: {k: statistics.median(run[k] for run in result) for k in result[0]} for case, result in runs.items()
    }
    first = next(iter(medians.values()))
    print("| pool and table | wall s | CPU s | wall ratio | CPU ratio | peak MiB |\n|---|---|---|---|---|---|")
    for case, each in medians.items():
        ratios = f"{each['wall'] / first['wall']:.2f} | {each['cpu'] / first['cpu']:.2f}"
        print(f"| {case} | {each['wall']:.2f} | {each['cpu']:.2f} | {ratios} | {each['peak']:.0f} |")


if __name__ == "__main__":
    main()
