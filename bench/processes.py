"""An engine in separate processes, for `bench/kill.py`, which kills one of them."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence


@zebra.hookimpl
def zebra_engines() -> zebra.Components:
    """Offer the engine `processes`."""
    return {"processes": processes}


def processes(write: zebra.Writer, tasks: Sequence[zebra.ShardTask], workers: int) -> list[zebra.Shard]:
    """Processes of this machine, by default one per core."""
    with ProcessPoolExecutor(workers or os.cpu_count(), mp_context=get_context("spawn")) as pool:
        return list(pool.map(write.for_subprocess(), tasks))
