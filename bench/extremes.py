"""Pools that are unlike any other: thousands of responses to an instruction, responses of 50 MB, a row group of a gigabyte.

`python bench/extremes.py` makes each pool as parquet (--folder), runs `zebra run --no-report` on it in a process of its own, and
prints its time and its peak, the largest resident set, beside the bytes of text that the pool has.
"""

from __future__ import annotations

import argparse
import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from models import measured

CASES = {  # instructions, responses to each, characters of a response
    "700 responses to an instruction": (1_000, 700, 200),
    "5,000 responses to an instruction": (20, 5_000, 200),
    "responses of 50 MB": (10, 2, 50 << 20),
    "one row group of 1 GB": (64_000, 2, 8_000),
}


def make(path: Path, instructions: int, responses: int, length: int) -> None:
    """Write a pool as one row group, and scores of its models."""
    models = [f"model-{number:04d}" for number in range(responses)]
    texts = [f"{model} " + "word " * ((length - len(model)) // 5) for model in models]
    completions = [{"model": model, "response": text} for model, text in zip(models, texts, strict=True)]
    again = pa.array([0] * instructions)
    table = pa.table(
        {
            "instruction": [f"question {number}" for number in range(instructions)],
            "models": pa.array([models]).take(again),
            "completions": pa.array([completions]).take(again),
        }
    )
    pq.write_table(table, path, compression="zstd", row_group_size=instructions)
    lines = [f"{model},{40 + number % 37},{40 + number % 31}" for number, model in enumerate(models)]
    lines += ["best,90,90", "worst,10,10"]  # the ends of the scale, so that no model of the pool is a zero vector
    path.with_suffix(".csv").write_text("\n".join(["model,MMLU,IFEval", *lines]) + "\n")


def main() -> None:
    """Make the pools, run each, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("bench-pools"))
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    print("| pool | text MiB | wall s | CPU s | peak MiB |\n|---|---|---|---|---|")
    for number, (case, (instructions, responses, length)) in enumerate(CASES.items()):
        pool = folder / f"extreme-{number}.parquet"
        with ProcessPoolExecutor(1, get_context("spawn")) as other:  # a child's peak starts at its parent's
            other.submit(make, pool, instructions, responses, length).result()
        run = measured(pool, pool.with_suffix(".csv"), folder / "out")
        text = instructions * responses * length / 2**20
        print(f"| {case} | {text:,.0f} | {run['wall']:.1f} | {run['cpu']:.1f} | {run['peak']:,.0f} |", flush=True)
        pool.unlink()
    shutil.rmtree(folder / "out", ignore_errors=True)


if __name__ == "__main__":
    main()
