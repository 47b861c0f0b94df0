"""The engine of a cluster: Ray Data builds shards in parallel on every node."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence


@zebra.hookimpl
def zebra_engines() -> zebra.Components:
    """Offer the engine `ray`."""
    return {"ray": Ray}


@attrs.frozen
class Ray:
    """Ray Data on this machine, or on the cluster at `address` (as for ray.init); each shard takes `cpus` of a node.

    Every node needs the same plugins, and access to the pool and the output at the same path or URL. A shard whose node is
    lost is built again on another one.
    """

    address: str = zebra.option("", "Address of the cluster, as for ray.init; empty starts Ray on this machine.")
    cpus: float = zebra.option(1.0, "CPU cores that a shard takes.", validator=attrs.validators.gt(0))

    def __attrs_post_init__(self) -> None:
        """Raise ZebraError if Ray is not installed."""
        zebra.require_extra("ray", "the engine `ray`", ["ray"])

    def __call__(self, write: zebra.Writer, tasks: Sequence[zebra.ShardTask], workers: int) -> list[zebra.Shard]:
        """Write the unfinished shards on the cluster. Return all shards, as their markers describe them."""
        from zebra_ray.cluster import connected, write_shards  # Ray is slow to import

        shards = {task.number: write(task) for task in tasks if write.completed(task)}
        pending = [task for task in tasks if task.number not in shards]
        if pending:
            with connected(self.address):
                for task in write_shards(write, pending, self.cpus, workers):
                    shards[task.number] = _read_shard(write, task)
        return [shards[task.number] for task in tasks]


def _read_shard(write: zebra.Writer, task: zebra.ShardTask) -> zebra.Shard:
    """Return a shard that a node has written. Raise ZebraError if it is not visible here."""
    shard = write.completed(task)
    if shard is None:
        msg = (
            f"a node wrote {task.name}, but this machine cannot see it; choose an --output that all nodes share: a folder "
            "mounted at the same path, or a URL"
        )
        raise zebra.ZebraError(msg)
    write.advance(shard.tally.rows, shard.tally.bytes, tasks=1)
    return shard
