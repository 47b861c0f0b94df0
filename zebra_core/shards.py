"""Shards: the ranges of the input, and writing what each gives, whole or not at all."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zebra_core import storage
from zebra_core.dataset import PREFERENCES, Plan, Tally
from zebra_core.errors import ZebraError
from zebra_core.pool import Part, Pool, batches
from zebra_core.rejects import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from zebra_core.progress import Progress

SHARD_ROWS = 16_384
MOST_REJECTED = 1_000
"""How many rows of a shard can be left out whatever their share of it is."""
REPEATED = [
    "chosen_model",
    "rejected_model",
    "source",
    *(f"{side}.list.element.role" for side in ("prompt", "chosen", "rejected")),
]
"""The columns whose values repeat. A dictionary of long texts is built, found too large, and thrown away."""


class OutputError(ZebraError):
    """The output cannot be written; what is whole stays."""


@attrs.frozen
class Task:
    """A range of the input that becomes one shard: consecutive parts of the pool."""

    number: int
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """What the shard is called, without suffix."""
        return f"part-{self.number:05d}"


@attrs.frozen
class Shard:
    """A range of the input as it was written: the file's name, None where it gave no pair, and what was counted."""

    name: str | None
    tally: Tally


class Engine(Protocol):
    """A component that has the tasks done, wherever and in whatever order; `workers` at once, 0 is for it to decide."""

    def __call__(self, write: Writer, tasks: Sequence[Task], workers: int) -> Iterable[Shard]:
        """Call `write` on each task; return the shards in the order of the tasks.

        Another process is given `write.elsewhere()`, which can be pickled; `write.done(task)` knows what has been written, by
        whomever.
        """


def tasks_of(pool: Pool, rows: int) -> list[Task]:
    """Group consecutive parts up to so many rows; a part with more, or that does not know how many it has, stays alone."""
    groups: list[list[Part]] = []
    held = rows
    for part in pool.parts:
        count = rows if part.rows is None else part.rows
        if held + count > rows:
            groups.append([])
            held = 0
        groups[-1].append(part)
        held += count
    return [Task(number, tuple(parts)) for number, parts in enumerate(groups)]


@attrs.frozen
class Writer:
    """Writes the shard of a task as parquet under `folder`/data, and a marker of what was counted under `folder`/done.

    A task whose marker is there is not done again. `progress` is told rows, bytes and finished tasks. A row that cannot be used
    is counted and left out, or ends the run where it is `strict`.
    """

    plan: Plan
    folder: Path
    compression: str = "zstd"
    strict: bool = False
    progress: Progress | None = None

    def __call__(self, task: Task) -> Shard:
        """Write a task's pairs, first under another name."""
        done = self.done(task)
        if done is not None:
            self.advance(done.tally.rows, tasks=1, before=True)
            return done
        target = self.folder / "data" / f"{task.name}.parquet"
        unfinished = unfinished_name(target)
        with writing(target):
            tally = self._write(task, unfinished)
            storage.move(unfinished, target) if tally.pairs else unfinished.unlink()
            shard = Shard(target.name if tally.pairs else None, tally)
            write_marker(self.folder, task, shard)
        self.advance(tasks=1)
        return shard

    def done(self, task: Task) -> Shard | None:
        """Return the shard of a task that is done, by whomever."""
        return read_marker(self.folder, task)

    def elsewhere(self) -> Writer:
        """Return a writer for another process: it tells no progress."""
        return attrs.evolve(self, progress=None)

    def _write(self, task: Task, path: Path) -> Tally:
        codec, _, level = self.compression.partition(":")
        settings = {
            "compression": codec,
            "compression_level": int(level or 1) if codec == "zstd" else None,
            "use_dictionary": REPEATED,
        }
        tally, rejects = Tally(), Rejects(self.strict)
        with storage.sink(path) as sink, pq.ParquetWriter(sink, PREFERENCES, **settings) as file:
            for batch in (batch for part in task.parts for batch in _readable(part, rejects)):
                rejects.good += batch.num_rows
                made, counted = self.plan(batch)
                tally += counted
                if made.num_rows:
                    file.write_batch(made)
                self.advance(batch.num_rows, batch.nbytes)
        return attrs.evolve(tally, rejected=tuple(rejects.found))

    def advance(self, rows: int = 0, size: int = 0, tasks: int = 0, *, before: bool = False) -> None:
        """Tell how far it is; an engine whose writers are elsewhere does it for them."""
        if self.progress is not None:
            self.progress.advance(rows, size, tasks, before=before)


@attrs.define
class Rejects:
    """Collects the rows of a task that cannot be used, and judges when there are too many of them."""

    strict: bool
    found: list[Rejected] = attrs.field(factory=list)
    good: int = 0

    def __call__(self, row: Rejected) -> None:
        """Take a row; ZebraError where there is to be none, or where it is no exception any more."""
        self.found.append(row)
        if self.strict:
            msg = f"{row}; correct or remove it, or leave out --strict"
            raise ZebraError(msg)
        if len(self.found) > max(MOST_REJECTED, self.good):
            msg = (
                f"{len(self.found)} rows cannot be used, which is more than half of them; the first is {self.found[0]}"
            )
            raise ZebraError(msg)


def _readable(part: Part, reject: Rejects) -> Iterator[pa.RecordBatch]:
    """Read a part, so that what goes wrong in reading is not taken for a fault in writing."""
    try:
        yield from batches(part, reject)
    except OSError as wrong:
        msg = f"cannot read {part.name}: {wrong.strerror or wrong}"
        raise ZebraError(msg) from wrong


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a full disk or a folder without permission into an OutputError."""
    try:
        yield
    except OSError as wrong:
        msg = f"cannot write {path}: {wrong.strerror or wrong}; free some room, or choose another --output"
        raise OutputError(msg) from wrong


def unfinished_name(path: Path) -> Path:
    """Return a name to write under that nobody else has: on a cluster two nodes may be at one shard for a while."""
    return path.with_name(f"{path.name}.{uuid4().hex}.tmp")


def write_marker(folder: Path, task: Task, shard: Shard) -> None:
    """Say that a task is done, and what was counted; the marker appears whole or not at all."""
    marker = folder / "done" / f"{task.name}.json"
    ids, text = marker.with_suffix(".npy"), unfinished_name(marker)
    unfinished = unfinished_name(ids)
    with unfinished.open("wb") as file:
        np.save(file, np.concatenate([np.empty(0, np.uint64), *shard.tally.ids]))
    storage.move(unfinished, ids)
    tally = attrs.asdict(shard.tally, filter=attrs.filters.exclude("ids"))
    text.write_text(json.dumps({"name": shard.name, "tally": tally}), encoding="utf-8")
    storage.move(text, marker)


def read_marker(folder: Path, task: Task) -> Shard | None:
    """Return a task's shard where it is done."""
    marker = folder / "done" / f"{task.name}.json"
    if not marker.exists():
        return None
    held: dict[str, Any] = json.loads(marker.read_text(encoding="utf-8"))
    tally = held["tally"]
    tally |= {name: Counter(tally[name]) for name in ("left_out", "answered")}
    tally["rejected"] = tuple(Rejected(**row) for row in tally["rejected"])
    with marker.with_suffix(".npy").open("rb") as file:
        return Shard(held["name"], Tally(**tally, ids=(np.load(file),)))


def _counted(shard: Path, names: list[str]) -> pa.Table:
    with pq.ParquetFile(storage.source(shard), read_dictionary=names) as file:
        return file.read(names).unify_dictionaries().group_by(names).aggregate([([], "count_all")])


def model_pairs(folder: Path) -> Counter[tuple[str, str]]:
    """Count the pairs on disk by (chosen model, rejected model)."""
    names = ["chosen_model", "rejected_model"]
    shards = sorted((folder / "data").glob("*.parquet"))
    counted = pa.concat_tables([_counted(shard, names) for shard in shards])
    found = counted.cast(pa.schema([*((name, pa.string()) for name in names), ("count_all", pa.int64())]))
    total = found.group_by(names).aggregate([("count_all", "sum")])
    return Counter({(row[names[0]], row[names[1]]): row["count_all_sum"] for row in total.to_pylist()})
