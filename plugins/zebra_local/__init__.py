"""The engine of one machine: shards side by side, in threads."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@zebra.hookimpl
def zebra_engines() -> zebra.Components:
    """Offer the engine `local`."""
    return {"local": local}


@zebra.hookimpl
def zebra_defaults() -> dict[str, str]:
    """Build on this machine by default."""
    return {"engine": "local"}


def local(
    write: Callable[[zebra.ShardTask], zebra.Shard], tasks: Sequence[zebra.ShardTask], workers: int
) -> list[zebra.Shard]:
    """Threads of this process, as many as there are cores unless --workers says otherwise.

    Threads are enough: reading, gathering texts and compressing happen in Arrow, outside Python's lock. The first shard
    that fails, or Ctrl-C, ends the rest.
    """
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as threads:
        waiting = [threads.submit(write, task) for task in tasks]
        try:
            return [task.result() for task in waiting]
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
