"""Engines: the contract of what runs the tasks, and the check of what an engine returns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from zebra_core import storage
from zebra_core.dataset.shards import Shard
from zebra_core.errors import PluginError
from zebra_core.plugins.component import attributed_to

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_core.dataset.shards import ShardTask, Writer
    from zebra_core.plugins.component import BoundComponent


class Engine(Protocol):
    """A component that runs the tasks, wherever and in whatever order; `workers` at once, 0 leaves it to the engine."""

    def __call__(self, write: Writer, tasks: Sequence[ShardTask], workers: int) -> Iterable[Shard]:
        """Call `write` on each task. Return the shards in the order of the tasks.

        Pass `write.for_subprocess()`, which can be pickled, to another process. `write.completed(task)` returns a shard
        that any process has finished.
        """


def run_engine(engine: BoundComponent, writer: Writer, tasks: Sequence[ShardTask], workers: int) -> list[Shard]:
    """Run every task with an engine. Return the shards, one per task, in order.

    Raise PluginError, naming the engine, if it returns anything else, or a shard that is not on disk with its rows.
    """
    with attributed_to(engine, mistakes=False):
        shards = engine.instance(writer, tasks, workers)
        if not isinstance(shards, Iterable):
            msg = f"it must return the shards in the order of the tasks, got {type(shards).__name__}"
            raise PluginError(msg)
        shards = list(shards)
        if len(shards) != len(tasks):
            msg = f"it must return one shard per task, in order: there are {len(tasks)} tasks, got {len(shards)} shards"
            raise PluginError(msg)
        for task, shard in zip(tasks, shards, strict=True):
            _check_shard(writer, task, shard)
    return shards


def _check_shard(writer: Writer, task: ShardTask, shard: object) -> None:
    """Raise PluginError unless a shard is that of the task, and on disk with its rows."""
    written = writer.completed(task)
    if written is None:
        msg = f"it returned without having written {task.name}; it must call `write` on each task"
        raise PluginError(msg)
    if not isinstance(shard, Shard) or shard != written:
        got = (shard.name or "one without pairs") if isinstance(shard, Shard) else type(shard).__name__
        msg = f"it must return one shard per task, in order: got {got} for {task.name}"
        raise PluginError(msg)
    rows = _rows_on_disk(writer, written)
    if rows != written.tally.pairs:
        msg = f"{written.name} must have {written.tally.pairs} pairs on disk, got {rows}"
        raise PluginError(msg)


def _rows_on_disk(writer: Writer, shard: Shard) -> int | str:
    if shard.name is None:
        return 0
    try:
        with pq.ParquetFile(storage.source(writer.folder / "data" / shard.name)) as file:
            return int(file.metadata.num_rows)
    except (OSError, pa.ArrowInvalid) as error:
        return f"a file that cannot be read ({error})"
