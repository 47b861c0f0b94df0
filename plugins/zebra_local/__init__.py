"""The engine of one machine: the parts of the pool side by side, in threads."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence


@zebra.hookimpl
def zebra_engines() -> zebra.Components:
    """Offer the engine `local`."""
    return {"local": Local}


@attrs.frozen
class Local:
    """Builds the parts of the pool in threads of this process; `workers` 0 is one per core."""

    workers: int = attrs.field(default=0, validator=attrs.validators.ge(0))

    def __call__(self, plan: zebra.Plan, pool: zebra.Pool, writer: zebra.Writer) -> Sequence[zebra.Shard]:
        """Write the shard of each part; the first part that fails ends the rest."""
        with ThreadPoolExecutor(self.workers or os.cpu_count() or 1) as threads:
            tasks = [threads.submit(writer, plan, number, part) for number, part in enumerate(pool.parts)]
            try:
                return [task.result() for task in tasks]
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise
