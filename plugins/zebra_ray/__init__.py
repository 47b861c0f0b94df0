"""The engine of a cluster: shards side by side on every node, by Ray Data."""

from __future__ import annotations

from importlib.util import find_spec
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

    Every node reads the pool and writes the output at the same path, or at a URL, and has the same plugins installed. A
    shard whose node is lost is made again elsewhere, as often as it takes.
    """

    address: str = zebra.option("", "Address of the cluster, as for ray.init; empty starts Ray on this machine.")
    cpus: float = zebra.option(1.0, "CPU cores that a shard takes.", validator=attrs.validators.gt(0))

    def __attrs_post_init__(self) -> None:
        """Check that Ray is there before anything slow happens."""
        if find_spec("ray") is None:
            msg = "Ray is not installed; install it with: pip install 'zebra-preference[ray]'"
            raise zebra.ZebraError(msg)

    def __call__(self, write: zebra.Writer, tasks: Sequence[zebra.ShardTask], workers: int) -> list[zebra.Shard]:
        """Have the shards that are not done written on the cluster, then take all of them up from their markers."""
        from zebra_ray.cluster import connected, written  # Ray takes its time to import

        shards = {task.number: write(task) for task in tasks if write.completed(task)}
        waiting = [task for task in tasks if task.number not in shards]
        if waiting:
            with connected(self.address):
                for task in written(write, waiting, self.cpus, workers):
                    shards[task.number] = _taken_up(write, task)
        return [shards[task.number] for task in tasks]


def _taken_up(write: zebra.Writer, task: zebra.ShardTask) -> zebra.Shard:
    """Take up a shard that a node has written, from its marker."""
    shard = write.completed(task)
    if shard is None:
        msg = (
            f"a node wrote {task.name} where this machine does not see it; choose an --output that all nodes share: a "
            "folder mounted at the same path, or a URL"
        )
        raise zebra.ZebraError(msg)
    write.advance(shard.tally.rows, shard.tally.bytes, tasks=1)
    return shard
