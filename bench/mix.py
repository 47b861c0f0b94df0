"""Time and memory of `zebra mix` on 64,000 pairs, as ratios to copying the files: `python bench/mix.py FOLDER`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from pool import make

ROWS = 64_000
MIXES = {
    "all pairs": ("one",),
    "two datasets, --weights 2,1": ("one", "two", "--weights", "2,1"),
    "--split": ("one", "--split", "train=0.95,test=0.05"),
    "--decontaminate": ("one", "--decontaminate", "test.txt"),
    "all of these": (
        "one",
        "two",
        "--weights",
        "2,1",
        "--split",
        "train=0.95,test=0.05",
        "--decontaminate",
        "test.txt",
    ),
}


def zebra(*arguments: str) -> tuple[float, float]:
    """Run a command; return its seconds, and the most memory that it had in MB."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "zebra_core", *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, arguments  # noqa: S101
    return time.perf_counter() - began, usage.ru_maxrss / 1024 * (1 if sys.platform != "darwin" else 1 / 1024)


def copying(folder: str) -> float:
    """Return the seconds of a copy of a dataset that survives a loss of power."""
    began = time.perf_counter()
    shutil.copytree(folder, "copy", dirs_exist_ok=True)
    os.sync()
    return time.perf_counter() - began


def main(folder: Path) -> None:
    """Build two datasets unless they exist, and print a row for each kind of mix."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    os.environ["ZEBRA_REPORT"] = "0"
    if not Path("two").exists():
        make(Path("pool"), ROWS, 17, 4, 4)
        zebra("run", "--pool", "pool", "--scores", "paper", "-o", "one")
        zebra("run", "--pool", "pool", "--scores", "paper", "--strategy", "random", "-o", "two")
        Path("test.txt").write_text("\n".join(f"a question of {number} words" for number in range(8_000)))
    seconds = copying("one")
    print(f"{sum(f.stat().st_size for f in Path('one').rglob('*.parquet')) / 1e6:.0f} MB are copied in {seconds:.2f} s")
    start, _ = zebra("--version")
    print(f"a command that does nothing takes {start:.2f} s")
    for name, arguments in MIXES.items():
        taken, memory = zebra("mix", *arguments, "-o", "mixed", "--overwrite")
        print(f"{name:32} {taken:6.2f} s, {taken / seconds:5.1f} times copying, {memory:5.0f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
