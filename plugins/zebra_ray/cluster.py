"""The connection to Ray; imported only when the engine starts, because Ray is slow to import."""

from __future__ import annotations

import logging
import os
import socket
import sys
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import ray
import ray.data
from ray import cloudpickle

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@contextmanager
def connected(address: str) -> Iterator[None]:
    """Connect to a cluster, or start Ray on this machine. An existing connection is used and kept open."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if ray.is_initialized():
        yield
        return
    settings: dict[str, Any] = {"address": address} if address else {"include_dashboard": False}
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        if port.isdigit():  # Ray itself would retry for minutes
            socket.create_connection((host, int(port)), timeout=10).close()
        ray.init(**settings, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, RuntimeError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        msg = f"no Ray cluster at {address or os.environ.get('RAY_ADDRESS', 'this machine')!r}: {reason}; check ray.address"
        raise zebra.ZebraError(msg) from error
    try:
        yield
    finally:
        ray.shutdown()


def write_shards(
    write: zebra.Writer, tasks: Sequence[zebra.ShardTask], cpus: float, workers: int
) -> Iterator[zebra.ShardTask]:
    """Write each task on some node, as a block of a Ray dataset. Yield the tasks as they are finished."""
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    ray.data.DataContext.get_current().enable_progress_bars = False
    for name, module in list(sys.modules.items()):
        if name.startswith("zebra_plugin_"):  # a loose plugin file, which nodes cannot import
            cloudpickle.register_pickle_by_value(module)
    work = partial(_write, write.for_subprocess(), tuple(tasks), os.getcwd())  # noqa: PTH109
    numbers = ray.data.range(len(tasks), override_num_blocks=len(tasks))
    for row in numbers.map(work, num_cpus=cpus, concurrency=workers or None).iter_rows():
        if row["error"]:
            raise cloudpickle.loads(row["error"])
        yield tasks[row["number"]]


def _write(write: zebra.Writer, tasks: Sequence[zebra.ShardTask], folder: str, row: dict[str, Any]) -> dict[str, Any]:
    """Write one task on a node. Return its number and, pickled, an error of the user, so that Ray does not retry it."""
    number, error = int(row["id"]), b""
    try:
        os.chdir(folder)
        write(tasks[number])
    except FileNotFoundError as missing:
        text = f"a node has no folder {folder}: {missing.strerror}; share it, or use URLs"
        error = cloudpickle.dumps(zebra.ZebraError(text))
    except zebra.ZebraError as mistake:
        error = cloudpickle.dumps(mistake)
    return {"number": number, "error": error}
