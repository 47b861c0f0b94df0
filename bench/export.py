"""What an export costs, beside copying the shards.

`python bench/export.py --pairs 64000` builds a dataset (kept in --folder), exports it in each form in a process of its own,
in turn, and prints medians. Two things are called copying: `bytes` copies the files and has them reach the disk; `rows` reads
each shard and writes it again with the same compression, as many at once as there are cores, which is the least that a form
with other columns takes. Times are taken inside the process, from the opened dataset to the export in its place.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq
from pool import make

import zebra_core as zebra

FORMS = (
    *("trl", "axolotl", "trl-implicit", "ms-swift", "llama-factory", "kto", "sft", "verl"),
    *("distilabel", "jsonl", "nemo-rl", "text", "csv"),
)


def copy_bytes(dataset: zebra.Dataset, output: Path) -> None:
    """Copy the files, and have them reach the disk."""
    output.mkdir()
    for file in dataset.files:
        shutil.copyfile(file, output / file.name)
    zebra.storage.sync(output)


def copy_rows(dataset: zebra.Dataset, output: Path) -> None:
    """Read each shard and write it again, as many at once as there are cores."""

    def copy(file: Path) -> None:
        with pq.ParquetFile(file) as source:
            settings = {"compression": "zstd", "compression_level": 1, "use_dictionary": ["chosen_model", "source"]}
            with pq.ParquetWriter(output / file.name, source.schema_arrow, **settings) as target:
                for batch in source.iter_batches(4_096):
                    target.write_batch(batch)

    output.mkdir()
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        list(threads.map(copy, dataset.files))
    zebra.storage.sync(output)


def measure(way: str, source: str, output: Path) -> None:
    """Do one thing once; print its wall and CPU seconds, and the peak memory in MiB."""
    dataset = zebra.Dataset.open(source)
    recipe = zebra.make_recipe({"options": {"text": {"template": "chatml"}}}) if way == "text" else None
    plugins = zebra.load_plugins()
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    if way in ("bytes", "rows"):
        {"bytes": copy_bytes, "rows": copy_rows}[way](dataset, output)
    else:
        zebra.export(dataset, way, output, recipe=recipe, plugins=plugins)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak()}))


def peak() -> float:
    """Return the largest resident set of this process in MiB; unlike that of `getrusage`, it begins with the program."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def run(way: str, source: Path, folder: Path) -> dict[str, float]:
    """Return what one way takes in a process of its own."""
    output = folder / "export"
    shutil.rmtree(output, ignore_errors=True)
    command = [sys.executable, __file__, "--way", way, "--source", str(source), "--folder", str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Build the dataset, run every way in turn, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=64_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path("bench-pools"))
    parser.add_argument("--forms", nargs="+", default=list(FORMS))
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--source", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.way:
        measure(options.way, options.source, options.folder / "export")
        return
    pool, source = options.folder / f"{options.pairs}-export-pool", options.folder / f"{options.pairs}-pairs"
    if not source.is_dir():
        make(pool, options.pairs, 17, 4, 1)
        scores = options.folder / "scores.csv"
        names = sorted(
            {
                model
                for batch in zebra.open_pool(str(pool)).batches()
                for row in batch["models"].to_pylist()
                for model in row
            }
        )
        scores.write_text(
            "model,MMLU,IFEval,ARC\n"
            + "".join(f"{name},{n},{n * 7 % 17},{n * 3 % 11}\n" for n, name in enumerate(names))
        )
        zebra.build(zebra.make_recipe({"pool": str(pool), "scores": [str(scores)]}), source)
    ways = ["bytes", "rows", *options.forms]
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(options.runs):
        for way in ways:
            runs[way].append(run(way, source, options.folder))
    shutil.rmtree(options.folder / "export", ignore_errors=True)
    size = sum(file.stat().st_size for file in (source / "data").iterdir()) / 2**20
    print(f"{zebra.Dataset.open(source).total:,} pairs, {size:,.0f} MiB, medians of {options.runs} runs\n")
    print(
        "| way | wall s | CPU s | wall / bytes | wall / rows | CPU / rows | peak MiB |\n|---|---|---|---|---|---|---|"
    )
    medians = {
        way: {key: statistics.median(each[key] for each in runs[way]) for key in ("wall", "cpu", "peak")}
        for way in ways
    }
    for way, result in medians.items():
        ratios = result["wall"] / medians["bytes"]["wall"], result["wall"] / medians["rows"]["wall"]
        cpu = result["cpu"] / medians["rows"]["cpu"]
        print(
            f"| {way} | {result['wall']:.2f} | {result['cpu']:.2f} | {ratios[0]:.2f} | {ratios[1]:.2f} | {cpu:.2f} | "
            f"{result['peak']:.0f} |"
        )


if __name__ == "__main__":
    main()
