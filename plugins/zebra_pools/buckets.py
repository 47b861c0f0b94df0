"""Rows divided by key into buckets that fit in memory, so that all rows of a key are in one bucket."""

from __future__ import annotations

import tempfile
import weakref
from contextlib import ExitStack
from io import SEEK_END
from itertools import pairwise
from threading import Lock
from typing import IO, TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import xxhash

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Item: TypeAlias = pa.RecordBatch | zebra.Rejected

PACKED = pa.ipc.IpcWriteOptions(compression="lz4")


class Buckets:
    """The rows that `read` yields, divided by the hash of their column `key` into `count` buckets.

    The first bucket to be read divides all rows into unnamed files, which vanish with the process however it ends. A copy in
    another process writes no files: for each bucket, it reads all rows and keeps those of the bucket.
    """

    def __init__(self, read: Callable[[], Iterator[Item]], count: int, *, spill: bool = True) -> None:
        self.read, self.count, self.spill = read, count, spill
        self._lock = Lock()
        self._files: Sequence[IO[bytes]] = ()
        self._rejected: list[zebra.Rejected] = []

    def __reduce__(self) -> tuple[object, ...]:
        return _for_subprocess, (self.read, self.count)

    def bucket(self, number: int) -> Iterator[Item]:
        """Read a bucket's rows in the order of the input; the first bucket also yields the rejected rows."""
        if self.spill and self.count > 1:
            yield from self._spilled(number)
            return
        for item in self.read():
            if isinstance(item, zebra.Rejected):
                if number == 0:
                    yield item
            else:
                yield item.filter(pa.array(self._bucket_of(item) == number)) if self.count > 1 else item

    def _spilled(self, number: int) -> Iterator[Item]:
        with self._lock:
            if not self._files:
                self._divide()
        if number == 0:
            yield from self._rejected
        yield from _streams(self._files[number])

    def _divide(self) -> None:
        stack = ExitStack()
        weakref.finalize(self, stack.close)
        try:
            files = [stack.enter_context(tempfile.TemporaryFile()) for _ in range(self.count)]  # noqa: SIM115
            for item in self.read():
                if isinstance(item, zebra.Rejected):
                    self._rejected.append(item)
                    continue
                numbers = self._bucket_of(item)
                order = np.argsort(numbers, kind="stable")
                sorted_rows = item.take(pa.array(order))
                ends = np.searchsorted(numbers[order], np.arange(self.count + 1))
                for number, (start, end) in enumerate(pairwise(ends)):
                    if start < end:
                        _append(files[number], sorted_rows.slice(start, end - start))
        except OSError as error:
            msg = (
                f"cannot divide the pool by instruction in {tempfile.gettempdir()}: {error.strerror or error}; "
                "set TMPDIR to a folder with room for it"
            )
            raise zebra.ZebraError(msg) from error
        self._files = files

    def _bucket_of(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        keys = batch["key"].dictionary_encode(null_encoding="encode")
        hashes = [xxhash.xxh3_64_intdigest((key or "").encode()) % self.count for key in keys.dictionary.to_pylist()]
        places: NDArray[np.int64] = keys.indices.to_numpy(zero_copy_only=False)
        return np.array(hashes, np.int64)[places]


def _for_subprocess(read: Callable[[], Iterator[Item]], count: int) -> Buckets:
    return Buckets(read, count, spill=False)


def _append(file: IO[bytes], batch: pa.RecordBatch) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=PACKED) as stream:
        stream.write_batch(batch)
    file.write(sink.getvalue())


def _streams(file: IO[bytes]) -> Iterator[pa.RecordBatch]:
    """Read the streams in a file, one after another."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    while file.tell() < size:
        yield from pa.ipc.open_stream(file)
