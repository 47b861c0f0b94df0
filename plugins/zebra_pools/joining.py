"""Rows with one answer each, joined into instructions: in any order, and across all files of a pool."""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_pools import columns
from zebra_pools.buckets import Buckets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from zebra_pools.buckets import Item

TEXT = pa.string()
ROWS = pa.schema(
    {"id": TEXT, "source": TEXT, "prompt": zebra.MESSAGES}
    | {"key": TEXT, "model": TEXT, "response": TEXT, "rating": pa.float64()}
    | {"file": TEXT, "line": pa.int64()}
)
"""The columns of a row, under the names used here; rows with the same key belong to one instruction."""

BUCKET = 32 << 20
"""Approximate number of bytes of a bucket in memory."""
MOST = 256
"""Maximum number of buckets; each is an open file."""
UNPACKED = 3
"""Approximate bytes of text per byte of a file: more for parquet and gzip, fewer for JSON."""
UNKNOWN = 16
"""Number of buckets for a dataset of the Hub, whose size is unknown."""


def joined_pool(name: str, rows: Callable[[], Iterator[Item]], paths: Sequence[Path]) -> zebra.Pool:
    """Return the pool of the rows that `rows` reads as batches of `ROWS`, with a part for each bucket; a small pool has one."""
    buckets = Buckets(rows, bucket_count(paths))
    return zebra.Pool([zebra.Part(name, partial(_read, buckets, n)) for n in range(buckets.count)], paths)


def bucket_count(paths: Iterable[Path]) -> int:
    """Return the number of buckets to divide the rows of files into, from their sizes."""
    sizes = [path.stat().st_size for path in paths]
    return min(max(sum(sizes) * UNPACKED // BUCKET, 1 if sizes else UNKNOWN), MOST)


def same_prompt(text: str) -> str:
    """Return a prompt in the form in which two prompts are the same: white space and the form of Unicode make no difference."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _read(buckets: Buckets, number: int) -> Iterator[Item]:
    """Read a bucket as a batch with a row per instruction, in the order in which the instructions first appear."""
    batches: list[pa.RecordBatch] = []
    for item in buckets.bucket(number):
        if isinstance(item, zebra.Rejected):
            yield item
        else:
            batches.append(item)
    rows = pa.Table.from_batches(batches, ROWS).combine_chunks()
    if rows.num_rows:
        key = rows["key"].combine_chunks().dictionary_encode().indices
        number_of_key = pc.fill_null(key.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
        odd = _odd_ones(rows, number_of_key)
        yield from (_rejected(rows, int(row), int(head)) for row, head in odd)
        kept = np.setdiff1d(np.arange(rows.num_rows), odd[:, 0])
        yield _grouped(rows.take(pa.array(kept)).combine_chunks() if len(odd) else rows, number_of_key[kept])


def _odd_ones(rows: pa.Table, number: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows whose prompt differs from that of the first row with their id, each with that first row (n x 2)."""
    if rows["id"].null_count == rows.num_rows:
        return np.empty((0, 2), np.int64)
    _, first, inverse = np.unique(number, return_index=True, return_inverse=True)
    head = first[inverse].astype(np.int64)
    texts = pc.fill_null(zebra.prompt_text(rows["prompt"].combine_chunks()), "")
    others = texts.take(pa.array(head))
    unequal = pc.and_(pc.not_equal(texts, others), pc.and_(pc.not_equal(texts, ""), pc.not_equal(others, "")))
    place = np.flatnonzero(unequal.to_numpy(zero_copy_only=False))
    if place.size:
        mine, theirs = (_decoded(prompts.take(pa.array(place))) for prompts in (texts, others))
        place = place[[one != other for one, other in zip(mine, theirs, strict=True)]]
    return np.stack([place, head[place]], axis=1)


def _decoded(prompts: pa.Array) -> list[str]:
    """Return prompts in their common form; what is not UTF-8 is rejected later."""
    return [same_prompt(text.decode(errors="replace")) for text in prompts.cast(pa.binary()).to_pylist()]


def _rejected(rows: pa.Table, row: int, head: int) -> zebra.Rejected:
    """Return why a row cannot be joined to the first one with its id."""
    file, line = rows["file"][head].as_py(), rows["line"][head].as_py()
    reason = f"its prompt differs from that of the id {rows['key'][row].as_py()!r:.60} in {file}, row {line}"
    return zebra.Rejected(reason, rows["line"][row].as_py(), rows["file"][row].as_py())


def _grouped(rows: pa.Table, number: NDArray[np.int64]) -> pa.RecordBatch:
    """Return a batch of the pool's schema with the rows of each key gathered into lists."""
    order = np.argsort(number, kind="stable")
    starts = np.flatnonzero(np.diff(number[order], prepend=-2))
    offsets = pa.array(np.append(starts, len(order)).astype(np.int32))
    heads, members = rows.take(pa.array(order[starts])), rows.take(pa.array(order))
    lists = {
        name + "s": pa.ListArray.from_arrays(offsets, members[name].combine_chunks())
        for name in ("model", "response", "rating")
    }
    return columns.pool_batch(**{name: heads[name].combine_chunks() for name in ("id", "prompt", "source")}, **lists)
