"""Rows divided by key into buckets that fit in memory, so that what belongs together is found together."""

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
    """The rows that `read` gives, divided by the hash of their column `key` into `count` buckets.

    The first bucket that is asked for divides them all into files without a name, which end with the process however it
    ends. A copy in another process keeps no file: it reads everything for each bucket, and keeps that bucket's rows.
    """

    def __init__(self, read: Callable[[], Iterator[Item]], count: int, *, spill: bool = True) -> None:
        self.read, self.count, self.spill = read, count, spill
        self._lock = Lock()
        self._files: Sequence[IO[bytes]] = ()
        self._rejected: list[zebra.Rejected] = []

    def __reduce__(self) -> tuple[object, ...]:
        return _elsewhere, (self.read, self.count)

    def bucket(self, number: int) -> Iterator[Item]:
        """Read a bucket's rows in the order of the input; the first bucket gives what was rejected, too."""
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
        held = ExitStack()
        weakref.finalize(self, held.close)
        try:
            files = [held.enter_context(tempfile.TemporaryFile()) for _ in range(self.count)]  # noqa: SIM115
            for item in self.read():
                if isinstance(item, zebra.Rejected):
                    self._rejected.append(item)
                    continue
                numbers = self._bucket_of(item)
                order = np.argsort(numbers, kind="stable")
                sorted_rows, ends = (
                    item.take(pa.array(order)),
                    np.searchsorted(numbers[order], np.arange(self.count + 1)),
                )
                for number, (start, end) in enumerate(pairwise(ends)):
                    if start < end:
                        _append(files[number], sorted_rows.slice(start, end - start))
        except OSError as wrong:
            msg = (
                f"cannot divide the pool by instruction in {tempfile.gettempdir()}: {wrong.strerror or wrong}; "
                "set TMPDIR to a folder with room for it"
            )
            raise zebra.ZebraError(msg) from wrong
        self._files = files

    def _bucket_of(self, batch: pa.RecordBatch) -> NDArray[np.int64]:
        keys = batch["key"].dictionary_encode(null_encoding="encode")
        hashes = [xxhash.xxh3_64_intdigest((key or "").encode()) % self.count for key in keys.dictionary.to_pylist()]
        places: NDArray[np.int64] = keys.indices.to_numpy(zero_copy_only=False)
        return np.array(hashes, np.int64)[places]


def _elsewhere(read: Callable[[], Iterator[Item]], count: int) -> Buckets:
    return Buckets(read, count, spill=False)


def _append(file: IO[bytes], batch: pa.RecordBatch) -> None:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=PACKED) as stream:
        stream.write_batch(batch)
    file.write(sink.getvalue())


def _streams(file: IO[bytes]) -> Iterator[pa.RecordBatch]:
    """Read one stream after the other, from the start to the end of the file."""
    size = file.seek(0, SEEK_END)
    file.seek(0)
    while file.tell() < size:
        yield from pa.ipc.open_stream(file)
