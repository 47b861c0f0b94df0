"""Columns of messages: lists that are joined and divided without a loop over rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def joined(first: pa.ListArray, second: pa.ListArray) -> pa.ListArray:
    """Return lists with the messages of `first`, then those of `second` (n)."""
    lengths = pc.add(pc.list_value_length(first), pc.list_value_length(second))
    rows = np.concatenate([pc.list_parent_indices(first), pc.list_parent_indices(second)])
    messages = pa.concat_arrays([first.flatten(), second.flatten()])
    return pa.ListArray.from_arrays(_offsets(lengths), messages.take(pa.array(np.argsort(rows, kind="stable"))))


def divided(conversations: pa.ListArray) -> tuple[pa.ListArray, pa.ListArray]:
    """Return conversations without their last message, and the last messages as lists of one (n, n)."""
    lengths = pc.list_value_length(conversations)
    messages, last = conversations.flatten(), _offsets(lengths)[1:] - 1
    others = np.ones(len(messages), bool)
    others[last] = False
    before = pa.ListArray.from_arrays(_offsets(pc.subtract(lengths, 1)), messages.filter(pa.array(others)))
    return before, listed(messages.take(pa.array(last)))


def last_messages(messages: pa.ListArray) -> pa.StructArray:
    """Return the last message of each list (n)."""
    flat = messages.flatten()
    if len(flat) == len(messages):  # one each
        return flat
    return flat.take(pa.array(_offsets(pc.list_value_length(messages))[1:] - 1))


def listed(messages: pa.StructArray) -> pa.ListArray:
    """Return each message as a list of one (n)."""
    return pa.ListArray.from_arrays(np.arange(len(messages) + 1, dtype=np.int32), messages)


def with_columns(batch: pa.RecordBatch, columns: dict[str, pa.Array | None]) -> pa.RecordBatch:
    """Return a batch with columns replaced in their place, left out if None, or added at the end."""
    values = dict(zip(batch.schema.names, batch.columns, strict=True)) | columns
    return pa.RecordBatch.from_pydict({name: value for name, value in values.items() if value is not None})


def _offsets(lengths: pa.Array) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths.to_numpy(zero_copy_only=False))]).astype(np.int32)
