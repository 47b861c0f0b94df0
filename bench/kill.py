"""kill -9 at random moments: `python bench/kill.py --rows 640000 --kills 50` runs, kills, runs again, and compares every byte.

Each round starts a build, kills it at a moment drawn between its start and its usual end, starts it again, kills that one too
every other time, and lets the last one end. Then the dataset must be the uninterrupted one, and nothing else may be left.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from pool import make


def digests(folder: Path) -> dict[str, str]:
    """Return a hash of each file of a dataset."""
    result = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as file:
            result[str(path.relative_to(folder))] = hashlib.file_digest(file, "blake2b").hexdigest()
    return result


def main() -> None:
    """Kill so many runs, and say what was seen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rows", 640_000), ("shards", 18), ("kills", 50), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--folder", type=Path, default=Path("bench-pools"))
    printed = parser.parse_args()
    pool, output = printed.folder.absolute() / f"{printed.rows}-4-of-17", printed.folder.absolute() / "killed"
    if not pool.is_dir():
        make(pool, printed.rows, 17, 4, printed.shards)
    command = [
        sys.executable,
        "-m",
        "zebra_core",
        "run",
        "--no-report",
        "--pool",
        str(pool),
        "--scores",
        "paper",
        "-o",
        str(output),
    ]
    shutil.rmtree(output, ignore_errors=True)
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    usual = time.perf_counter() - begun
    expected, draw, kills, went_on = digests(output), random.Random(printed.seed), 0, 0
    while kills < printed.kills:
        shutil.rmtree(output)
        while True:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            if kills < printed.kills and draw.random() < 0.5 + 0.5 * (not output.with_name("killed.partial").exists()):
                time.sleep(draw.uniform(0.1, usual))
                process.send_signal(signal.SIGKILL)
                kills += 1
                process.communicate()
                if output.exists():  # it had ended before
                    break
            else:
                message, _ = process.communicate()
                went_on += "resuming an interrupted run" in message
                break
        left = sorted(path.name for path in printed.folder.glob("killed*"))
        if digests(output) != expected or left != ["killed"]:
            sys.exit(f"after {kills} kills the dataset differs, or something is left: {left}")
    shutil.rmtree(output)
    print(
        f"{printed.rows:,} rows, {usual:.1f} s uninterrupted: {kills} kills, {went_on} runs went on with whole shards;"
    )
    print(f"each of the {len(expected)} files was byte-identical every time, and nothing else was left")


if __name__ == "__main__":
    main()
