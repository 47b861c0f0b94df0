"""Time, memory and size of the report, beside the build: `python bench/report.py FOLDER`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from pool import make

ROWS = 64_000
DATASETS: dict[str, tuple[str, ...]] = {"the demo": (), "64,000 pairs": ("--pool", "pool", "--scores", "paper")}


def zebra(*arguments: str) -> tuple[float, float, float]:
    """Run a command; return its seconds, those of the CPU, and the most memory that it had in MiB."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "zebra_core", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, arguments  # noqa: S101
    peak = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 2**20)
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, peak


def main(folder: Path, runs: int) -> None:
    """Build both datasets and write their reports, `runs` times in turn; print the fastest of each."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    if not Path("pool").exists():
        make(Path("pool"), ROWS, 17, 4, 4)
    print("| | build: s | report: s | CPU s | MiB | page MB | added to zebra run: s | report / build |")
    print("|---|---|---|---|---|---|---|---|")
    for name, arguments in DATASETS.items():
        rows = []
        for _ in range(runs):
            shutil.rmtree("pairs", ignore_errors=True)
            build, _, _ = zebra("run", *arguments, "-o", "pairs", "--no-report")
            alone, cpu, peak = zebra("report", "pairs")
            shutil.rmtree("pairs")
            both, _, _ = zebra("run", *arguments, "-o", "pairs")
            rows.append((build, alone, cpu, peak, both))
        build, alone, cpu, peak, both = (min(values) for values in zip(*rows, strict=True))
        size = Path("pairs/report/report.html").stat().st_size / 1e6
        print(
            f"| {name} | {build:.2f} | {alone:.2f} | {cpu:.2f} | {peak:.0f} | {size:.1f} | {both - build:.2f} | {alone / build:.2f} |"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "bench-pools"), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
