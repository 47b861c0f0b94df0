"""The engine of one machine, which builds shards in threads."""

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
    """Threads of this process, by default one per core; see --workers.

    Threads suffice because Arrow reads, gathers and compresses outside Python's lock. The first shard that fails, or Ctrl-C,
    cancels the rest.
    """
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as threads:
        futures = [threads.submit(write, task) for task in tasks]
        try:
            return [future.result() for future in futures]
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
