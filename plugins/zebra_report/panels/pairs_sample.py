"""The pairs that a page carries: an even sample of a dataset, read column by column."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra

if TYPE_CHECKING:
    from numpy.typing import NDArray


NUMBERS = ("margin", "similarity", "confidence")
PLAIN = ("id", "chosen_model", "rejected_model", "source", *NUMBERS)
TEXTS = ("prompt", "chosen", "rejected")
COLUMNS = (*PLAIN, *TEXTS)
CARRIED = 5_000
"""The number of pairs that a page carries at most."""
LONGEST = 20_000
"""The number of characters of a text that a page carries."""


@lru_cache(maxsize=1)  # one for the panel and the comparison of texts
def sample_pairs(dataset: zebra.Dataset, count: int) -> pa.Table:
    """Return `count` pairs of a dataset, evenly spread, all if there are no more: see `as_rows` for the columns."""
    places = (
        np.arange(dataset.total) if dataset.total <= count else np.linspace(0, dataset.total - 1, count).astype(int)
    )
    parts, start = [], 0
    for batch in dataset.batches(COLUMNS):
        low, high = np.searchsorted(places, [start, start + batch.num_rows])
        if high > low:
            parts.append(as_rows(batch, places[low:high] - start, start))
        start += batch.num_rows
    pa.default_memory_pool().release_unused()  # else it keeps what the batches needed
    return pa.Table.from_batches(parts)


def as_rows(batch: pa.RecordBatch, rows: NDArray[np.int64], start: int) -> pa.RecordBatch:
    """Return some rows of a batch of pairs whose first one is number `start`: the responses as text, cut after `LONGEST` characters.

    `place` is the number of the pair, `chosen_length` and `rejected_length` are in characters.
    """
    where = pa.array(rows)
    columns = {"place": pa.array(rows + start)} | {name: batch[name].take(where) for name in PLAIN}
    texts = {name: zebra.message_texts(batch[name].take(where)) for name in ("chosen", "rejected")}
    columns |= {f"{name}_length": pc.utf8_length(column) for name, column in texts.items()}
    columns |= {name: pc.utf8_slice_codeunits(column, 0, LONGEST) for name, column in texts.items()}
    columns["prompt"] = batch["prompt"].take(where)
    return pa.RecordBatch.from_pydict(columns)


def as_columns(pairs: pa.Table) -> dict[str, list[Any]]:
    """Return pairs as plain values, column by column; what is not a number is None."""
    columns = {name: pairs[name].to_pylist() for name in pairs.schema.names}
    for name in NUMBERS:
        columns[name] = [None if value is None or math.isnan(value) else round(value, 4) for value in columns[name]]
    columns["prompt"] = [plain_prompt(prompt) for prompt in columns["prompt"]]
    return columns


def plain_prompt(messages: object) -> object:
    """Return a prompt for a page: the text of a single message, of several a list of role and text."""
    if not isinstance(messages, list):
        return str(messages or "")[:LONGEST]
    if len(messages) == 1:
        return str(messages[0]["content"] or "")[:LONGEST]
    return [[str(message["role"] or ""), str(message["content"] or "")[:LONGEST]] for message in messages]
