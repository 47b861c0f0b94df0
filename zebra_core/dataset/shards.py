"""Shards: ranges of the input, each written to a file, completely or not at all."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zebra_core import storage
from zebra_core.errors import OutputError, ZebraError
from zebra_core.pairing.plan import Plan, Tally
from zebra_core.pool.pool import Part, Pool, batches
from zebra_core.pool.rejects import Rejected  # noqa: TC001  # a field's type, read at run time
from zebra_core.records import Record, as_json, read_record, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zebra_core.base.progress import Progress

MOST_REJECTED = 1_000
"""The number of rows of a shard that may be rejected, whatever their share of it."""
REPEATED = ("role", "chosen_model", "rejected_model", "source")
"""The columns, and fields of messages, whose values repeat: for long texts Parquet builds a dictionary, and discards it."""


def parquet_settings(schema: pa.Schema, compression: str = "zstd") -> dict[str, Any]:
    """Return how files of pairs with these columns are written."""
    codec, _, level = compression.partition(":")
    numeric = int(level or 1) if codec == "zstd" else None
    leaves = [leaf for field in schema for leaf in _leaves(field.name, field.type)]
    repeated = [leaf for leaf in leaves if leaf.rpartition(".")[2] in REPEATED]
    return {"compression": codec, "compression_level": numeric, "use_dictionary": repeated}


def _leaves(name: str, kind: pa.DataType) -> list[str]:
    """Return the names of a column's parts as Parquet has them."""
    if pa.types.is_list(kind):
        return _leaves(f"{name}.list.element", kind.value_type)
    if pa.types.is_struct(kind):
        return [leaf for field in kind for leaf in _leaves(f"{name}.{field.name}", field.type)]
    return [name]


@attrs.frozen
class ShardTask:
    """A range of the input that becomes one shard: consecutive parts of the pool."""

    number: int
    parts: tuple[Part, ...]

    @property
    def name(self) -> str:
        """The name of the shard, without suffix."""
        return f"part-{self.number:05d}"


@attrs.frozen
class Shard:
    """A range of the input as it was written: the file's name, None if it gave no pair, and what was counted."""

    name: str | None
    tally: Tally


def plan_shards(pool: Pool, rows: int) -> list[ShardTask]:
    """Group consecutive parts into tasks of up to `rows` rows; a longer part, or one of unknown length, stays alone."""
    groups: list[list[Part]] = []
    size = 0
    for part in pool.parts:
        count = rows if part.rows is None else part.rows
        if not groups or size + count > rows:
            groups.append([])
            size = 0
        groups[-1].append(part)
        size += count
    return [ShardTask(number, tuple(parts)) for number, parts in enumerate(groups)]


@attrs.frozen
class Writer:
    """Writes the shard of a task as parquet under `folder`/data, and a marker with its counts under `folder`/done.

    A task with a marker is not run again. `progress` is advanced by rows, bytes and finished tasks. An invalid row is
    counted and left out, or ends the run if `strict`.
    """

    plan: Plan
    folder: Path
    compression: str = "zstd"
    strict: bool = False
    progress: Progress | None = None

    def __call__(self, task: ShardTask) -> Shard:
        """Write a task's pairs, under a temporary name until they are complete."""
        shard = self.completed(task)
        if shard is not None:
            for part in task.parts:
                part.finish()
            self.advance(shard.tally.rows, tasks=1, before=True)
            return shard
        target = self.folder / "data" / f"{task.name}.parquet"
        unfinished = storage.unfinished_name(target)
        with writing(target):
            storage.make_folder(target.parent)
            tally = self._write(task, unfinished)
            storage.publish(unfinished, target) if tally.pairs else unfinished.unlink()
            shard = Shard(target.name if tally.pairs else None, tally)
            write_marker(self.folder, task, shard)
        self.advance(tasks=1)
        return shard

    def completed(self, task: ShardTask) -> Shard | None:
        """Return the shard if any process has finished the task."""
        return read_marker(self.folder, task)

    def for_subprocess(self) -> Writer:
        """Return a writer for another process: it reports no progress."""
        return attrs.evolve(self, progress=None)

    def _write(self, task: ShardTask, path: Path) -> Tally:
        settings = parquet_settings(self.plan.schema, self.compression)
        tally, rejects = Tally(), Rejects(self.strict)
        with storage.sink(path) as sink, pq.ParquetWriter(sink, self.plan.schema, **settings) as file:
            for batch in (batch for part in task.parts for batch in _readable(part, rejects)):
                rejects.valid += batch.num_rows
                pairs, counts = self.plan(batch)
                tally += counts
                if pairs.num_rows:
                    file.write_batch(pairs)
                self.advance(batch.num_rows, batch.nbytes)
        return attrs.evolve(tally, rejected=tuple(rejects.rows))

    def advance(self, rows: int = 0, size: int = 0, tasks: int = 0, *, before: bool = False) -> None:
        """Advance the progress; an engine whose writers run in other processes calls this for them."""
        if self.progress is not None:
            self.progress.advance(rows, size, tasks, before=before)


@attrs.define
class Rejects:
    """Collects the invalid rows of a task, and decides when there are too many of them."""

    strict: bool
    rows: list[Rejected] = attrs.field(factory=list)
    valid: int = 0

    def __call__(self, row: Rejected) -> None:
        """Add a row. Raise ZebraError in strict mode, or once most rows are rejected."""
        self.rows.append(row)
        if self.strict:
            msg = f"{row}; correct or remove it, or leave out --strict"
            raise ZebraError(msg)
        if len(self.rows) > max(MOST_REJECTED, self.valid):
            msg = f"{len(self.rows)} rows cannot be used, which is more than half of them; the first is {self.rows[0]}"
            raise ZebraError(msg)


def _readable(part: Part, reject: Rejects) -> Iterator[pa.RecordBatch]:
    """Read a part, so that a failure to read is not mistaken for a failure to write."""
    try:
        yield from batches(part, reject)
    except OSError as error:
        msg = f"cannot read {part.name}: {error.strerror or error}"
        raise ZebraError(msg) from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a full disk or a missing permission into an OutputError."""
    try:
        yield
    except OSError as error:
        msg = f"cannot write {path}: {error.strerror or error}; free some space, or choose another --output"
        raise OutputError(msg) from error


@attrs.frozen(kw_only=True)
class _Counts:
    rows: int
    bytes: int
    pairs: int
    empty: int
    rated: int
    crowded: int
    same_as_baseline: int
    left_out: dict[str, int]
    answered: dict[str, int]
    rejected: tuple[Rejected, ...]


@attrs.frozen
class Marker(Record):
    """The record of a finished task: the file's name and the counts, without the ids, which are in a file beside it."""

    name: str | None
    tally: _Counts


def write_marker(folder: Path, task: ShardTask, shard: Shard) -> None:
    """Record that a task is finished, and what was counted; the marker appears completely or not at all."""
    marker = folder / "done" / f"{task.name}.json"
    ids = marker.with_suffix(".npy")
    storage.make_folder(marker.parent)
    unfinished, text = storage.unfinished_name(ids), storage.unfinished_name(marker)
    with unfinished.open("wb") as file:
        np.save(file, np.concatenate([np.empty(0, np.uint64), *shard.tally.ids]))
    storage.publish(unfinished, ids)
    counts = _Counts(**{field.name: getattr(shard.tally, field.name) for field in attrs.fields(_Counts)})
    storage.write_text(text, as_json(to_plain(Marker(shard.name, counts)), indent=None))
    storage.publish(text, marker)


def read_marker(folder: Path, task: ShardTask) -> Shard | None:
    """Return a task's shard if the task is finished."""
    path = folder / "done" / f"{task.name}.json"
    if not path.exists() or not path.with_suffix(".npy").exists():  # the markers were being removed
        return None
    marker = read_record(Marker, path)
    counts = {field.name: getattr(marker.tally, field.name) for field in attrs.fields(_Counts)}
    counts |= {name: Counter(counts[name]) for name in ("left_out", "answered")}
    with path.with_suffix(".npy").open("rb") as file:
        return Shard(marker.name, Tally(**counts, ids=(np.load(file),)))


def _counted(shard: Path, names: list[str]) -> pa.Table:
    with pq.ParquetFile(storage.source(shard), read_dictionary=names) as file:
        return file.read(names).unify_dictionaries().group_by(names).aggregate([([], "count_all")])


def model_pairs(folder: Path) -> Counter[tuple[str, str]]:
    """Count the pairs on disk by (chosen model, rejected model)."""
    names = ["chosen_model", "rejected_model"]
    shards = sorted((folder / "data").rglob("*.parquet"))
    counts = pa.concat_tables([_counted(shard, names) for shard in shards])
    schema = pa.schema([*((name, pa.string()) for name in names), ("count_all", pa.int64())])
    total = counts.cast(schema).group_by(names).aggregate([("count_all", "sum")])
    return Counter({(row[names[0]], row[names[1]]): row["count_all_sum"] for row in total.to_pylist()})
