"""One way of building a dataset, measured: `python bench/ways.py WAY POOL OUTPUT WORKERS` prints a line of JSON."""

from __future__ import annotations

import json
import math
import pickle
import resource
import sys
import threading
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash
from pool import as_json_lines

import zebra_core as zebra
from zebra_core.dataset.shards import parquet_settings
from zebra_pools.ultrafeedback import UltraFeedback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Work = Callable[[], None]

STRATEGY = "sup+sim"
NEEDED = [
    "instruction",
    "source",
    "models.list.element",
    "completions.list.element.model",
    "completions.list.element.response",
]
ZSTD: dict[str, Any] = parquet_settings(zebra.PREFERENCES)


def prepared(pool: Path, suffix: str = "", strategy: str = STRATEGY) -> zebra.Run:
    """Make the choices of a run on the pool; with the strategy "", the default."""
    papers = "gpt-4," in pool.with_suffix(".csv").read_text()
    table = "paper" if papers else str(pool.with_suffix(".csv"))
    return zebra.prepare(zebra.Recipe(pool=str(pool.with_suffix(suffix)), scores=(table,), strategy=strategy))


def ours(pool: Path, output: Path, workers: int) -> Work:
    """`zebra run` with a strategy that looks at the models alone."""
    run = prepared(pool)
    return lambda: run.write(output, workers=workers) and None


def ours_by_default(pool: Path, output: Path, workers: int) -> Work:
    """`zebra run` with the default strategy, which looks at the responses too."""
    run = prepared(pool, strategy="")
    return lambda: run.write(output, workers=workers) and None


def ours_from_json(pool: Path, output: Path, workers: int) -> Work:
    """`zebra run` on the same pool as JSON lines."""
    if not pool.with_suffix(".jsonl").exists():
        as_json_lines(pool)
    run = prepared(pool, ".jsonl")
    return lambda: run.write(output, workers=workers) and None


def floor(pool: Path, output: Path, workers: int) -> Work:  # noqa: ARG001
    """One thread: read, take what is known to be wanted, write. What is known was found by another process."""
    derived = pickle.loads(pool.with_suffix(".known").read_bytes())  # noqa: S301

    def work() -> None:
        output.mkdir(parents=True)
        for file, selections in zip(sorted(pool.glob("*.parquet")), derived, strict=True):
            with pq.ParquetWriter(output / file.name, zebra.PREFERENCES, **ZSTD) as sink:
                for batch, (rows, chosen, rejected, rest) in zip(_batches(file), selections, strict=True):
                    texts = batch["completions"].flatten().field("response")
                    prompt = _messages(batch["instruction"].take(rows), "user")
                    sides = [_messages(texts.take(places), "assistant") for places in (chosen, rejected)]
                    arrays = [rest["id"], prompt, *sides, *(rest[name] for name in rest.schema.names[1:])]
                    sink.write_batch(pa.RecordBatch.from_arrays(arrays, schema=zebra.PREFERENCES))

    return work


def derived(pool: Path, output: Path, workers: int) -> Work:  # noqa: ARG001
    """Find the selection that the floor knows for free."""
    plan = prepared(pool).plan
    result = [[_selection(plan, batch) for batch in _batches(file)] for file in sorted(pool.glob("*.parquet"))]
    return lambda: pool.with_suffix(".known").write_bytes(pickle.dumps(result)) and None


def _batches(file: Path) -> Iterator[pa.RecordBatch]:
    with pq.ParquetFile(file) as source:
        yield from source.iter_batches(4_000, columns=NEEDED, use_threads=False)


def _selection(plan: zebra.Plan, batch: pa.RecordBatch) -> tuple[pa.Array, pa.Array, pa.Array, pa.RecordBatch]:
    """Return rows, places of the chosen and rejected responses, and the small columns, for one batch."""
    numbered = batch.append_column("id", pa.array(map(str, range(batch.num_rows))))
    made, _ = plan(UltraFeedback().to_pool(numbered))
    rows = made["id"].cast(pa.int64()).to_numpy()
    names = np.array(batch["models"].flatten().to_pylist()).reshape(batch.num_rows, -1)[rows]
    places = [
        rows * names.shape[1] + (names == np.array(made[side].to_pylist())[:, None]).argmax(axis=1)
        for side in ("chosen_model", "rejected_model")
    ]
    return pa.array(rows), pa.array(places[0]), pa.array(places[1]), made.drop_columns(["prompt", "chosen", "rejected"])


def _messages(texts: pa.Array, role: str) -> pa.ListArray:
    printed = pa.StructArray.from_arrays([pa.repeat(role, len(texts)).cast(pa.string()), texts], ["role", "content"])
    return pa.ListArray.from_arrays(pa.array(np.arange(len(texts) + 1, dtype=np.int32)), printed)


def datasets_arrow(pool: Path, output: Path, workers: int) -> Work:  # noqa: ARG001
    """`datasets.map` over Arrow batches with the same batch function, cached, as a user of datasets would do."""
    import datasets

    run = prepared(pool)
    pairs = zebra.batch_function(zebra.Recipe(scores=run.recipe.scores, strategy=STRATEGY))

    def work() -> None:
        data = datasets.load_dataset("parquet", data_dir=str(pool), split="train", cache_dir=str(output / "cache"))
        features = datasets.Features.from_arrow_schema(zebra.PREFERENCES)
        done = data.with_format("arrow").map(pairs, batched=True, remove_columns=data.column_names, features=features)
        _written(done, output)

    return work


def datasets_map(pool: Path, output: Path, workers: int) -> Work:  # noqa: ARG001
    """`datasets.map` with a Python function per row, which gives the same columns: what scripts do."""
    import datasets

    behavior = prepared(pool).plan.behavior
    rank = {model: number for number, model in enumerate(behavior.models)}

    def pair(row: dict[str, Any]) -> dict[str, Any]:
        texts = {c["model"]: c["response"] for c in row["completions"]}
        result = sorted((m for m in texts if m in rank), key=rank.__getitem__)
        if len(result) < 2:
            return dict.fromkeys(zebra.PREFERENCES.names)
        best = result[0]
        other = max(result[1:], key=lambda model: behavior.similarity[rank[best], rank[model]])
        margin = float(behavior.superiority[rank[best]] - behavior.superiority[rank[other]])
        return {
            "id": "xxh3:" + xxhash.xxh3_64_hexdigest(row["instruction"].encode()),
            "prompt": [{"role": "user", "content": row["instruction"]}],
            "chosen": [{"role": "assistant", "content": texts[best]}],
            "rejected": [{"role": "assistant", "content": texts[other]}],
            "chosen_model": best,
            "rejected_model": other,
            "margin": margin,
            "similarity": float(behavior.similarity[rank[best], rank[other]]),
            "confidence": 1 / (1 + math.exp(-3.5 * margin)),
            "source": row["source"],
        }

    def work() -> None:
        data = datasets.load_dataset("parquet", data_dir=str(pool), split="train", cache_dir=str(output / "cache"))
        _written(data.map(pair, remove_columns=data.column_names), output)

    return work


def _written(data: Any, output: Path) -> None:
    batches = (table for table in data.with_format("arrow").iter(4_000))
    first = next(batches)
    with pq.ParquetWriter(output / "data.parquet", first.schema, **ZSTD) as sink:
        for table in chain([first], batches):
            sink.write_table(table)


WAYS = {
    "known": derived,
    "floor": floor,
    "zebra": ours,
    "zebra-default": ours_by_default,
    "zebra-jsonl": ours_from_json,
    "datasets-arrow": datasets_arrow,
    "datasets-map": datasets_map,
}


def main() -> None:
    """Prepare one way, then do its work under the clock."""
    begun = time.perf_counter()
    way, pool, output, workers = sys.argv[1:5]
    work = WAYS[way](Path(pool), Path(output), int(workers))
    start, before = time.perf_counter(), _cpu()
    peak = _watched(work)
    wall, cpu = time.perf_counter() - start, _cpu() - before
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "start": start - begun}))


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _watched(work: Work) -> float:
    """Do the work; return the most resident memory seen meanwhile, MiB, looked at a hundred times a second."""
    seen, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.01):
            pages = int(Path("/proc/self/statm").read_text().split()[1])
            seen[0] = max(seen[0], pages * resource.getpagesize() / 2**20)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        work()
    finally:
        over.set()
        watcher.join()
    return seen[0]


if __name__ == "__main__":
    main()
