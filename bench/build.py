"""What building a dataset costs, beside the least that it can cost and beside what scripts do.

`python bench/build.py --rows 64000` makes a pool (kept in --folder), runs each way in a process of its own, in turn, and
prints medians. The floor is one thread that reads the needed columns and writes the selected bytes as zstd parquet, the
selection known for free. Times are taken inside the process, from the first file opened to the dataset in its place;
importing and choosing are stated apart.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

from pool import make

WAYS = ("floor", "zebra", "zebra-default", "zebra-jsonl", "datasets-arrow", "datasets-map")


def measured(way: str, pool: Path, output: Path, workers: int) -> dict[str, float]:
    """Run one way in a fresh process; return its wall, cpu, peak and start-up."""
    shutil.rmtree(output, ignore_errors=True)
    command = [sys.executable, str(Path(__file__).with_name("ways.py")), way, str(pool), str(output), str(workers)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def table(runs: dict[str, list[dict[str, float]]]) -> str:
    """Return the medians as a Markdown table, each beside the floor."""
    median = {
        way: {key: statistics.median(run[key] for run in result) for key in result[0]} for way, result in runs.items()
    }
    lines = [
        "| way | wall s | CPU s | wall / floor | CPU / floor | peak MiB | start s |",
        "|---|---|---|---|---|---|---|",
    ]
    for way, result in median.items():
        ratios = [result[key] / median["floor"][key] for key in ("wall", "cpu")]
        figures = [f"{result[key]:.2f}" for key in ("wall", "cpu")] + [f"{ratio:.2f}" for ratio in ratios]
        lines.append(f"| {way} | {' | '.join(figures)} | {result['peak']:.0f} | {result['start']:.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Make the pool, run every way in turn, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rows", 64_000), ("models", 17), ("per-row", 4), ("shards", 1), ("runs", 5), ("workers", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path, default=Path("bench-pools"))
    parser.add_argument("--ways", nargs="+", default=list(WAYS), choices=WAYS)
    parser.add_argument("--critiques", action="store_true", help="long texts beside each response, which no run needs")
    printed = parser.parse_args()
    pool = printed.folder / f"{printed.rows}-{printed.per_row}-of-{printed.models}{'-critiques' * printed.critiques}"
    if not pool.is_dir():
        make(pool, printed.rows, printed.models, printed.per_row, printed.shards, critiques=printed.critiques)
    if not pool.with_suffix(".known").exists():
        measured("known", pool, printed.folder / "out", 1)
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in printed.ways}
    for _ in range(printed.runs):
        for way in printed.ways:
            runs[way].append(measured(way, pool, printed.folder / "out", printed.workers))
    shutil.rmtree(printed.folder / "out", ignore_errors=True)
    size = sum(file.stat().st_size for file in pool.glob("*.parquet"))
    print(
        f"{printed.rows:,} rows, {printed.per_row} of {printed.models} models each, {size / 2**20:,.0f} MiB, medians of {printed.runs} runs\n"
    )
    print(table(runs))


if __name__ == "__main__":
    main()
