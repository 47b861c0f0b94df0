"""The pool that is written: parquet files in the layout `long`, one row per prompt and model."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

import zebra_core as zebra
from zebra_generate.requests.request import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from zebra_generate.keeping.journal import Journal
    from zebra_generate.requests.request import Request

FILE = "part-{:05}.parquet"
"""The name of a file, from its number."""
REQUESTS = b"zebra:requests"
"""The key under which the metadata of each file has the hash of the requests."""
SHARD_ROWS = 20_000
"""Rows of a file."""
ROWS = pa.schema(
    {
        "id": pa.string(),
        "source": pa.string(),
        "prompt": zebra.MESSAGES,
        "model": pa.string(),
        "response": pa.string(),
        "finish_reason": pa.string(),
        "prompt_tokens": pa.int64(),
        "completion_tokens": pa.int64(),
        "seed": pa.int64(),
        "settings": pa.string(),
        "error": pa.string(),
    }
)
"""The columns; `response` is null and `error` says why if the request failed. How long it took is in the journal alone, so
that the same responses are the same bytes."""


def hash_of(requests: Iterable[Request]) -> str:
    """Return a hash of requests, in order: of everything that a pool follows from, apart from the responses."""
    return key_of(*(request.key for request in requests))


def requests_of_pool(folder: Path) -> str:
    """Return the hash of the requests of a finished pool, empty if there is none."""
    path = folder / FILE.format(0)
    metadata = pq.read_schema(path).metadata if path.is_file() else None
    return str((metadata or {}).get(REQUESTS, b"").decode())


def write_shards(requests: Sequence[Request], journal: Journal, folder: Path) -> None:
    """Write the responses to requests, in order. Each file is replaced as a whole, so that a crash leaves every one valid."""
    schema = ROWS.with_metadata({REQUESTS: hash_of(requests)})
    all_rows = (_row(request, journal[request.key]) for request in requests)
    for number, rows in enumerate(_chunks(all_rows)):
        path = folder / FILE.format(number)
        unfinished = zebra.storage.unfinished_name(path)
        try:
            pq.write_table(pa.Table.from_pylist(rows, schema), unfinished, compression="zstd", compression_level=1)
            zebra.storage.publish(unfinished, path)
        finally:
            unfinished.unlink(missing_ok=True)


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := [*islice(rows, SHARD_ROWS)]:
        yield chunk


def _row(request: Request, response: zebra.Response) -> dict[str, Any]:
    return {
        "id": request.prompt.id,
        "source": request.prompt.source,
        "prompt": [*request.prompt.messages],
        "model": request.model.name,
        "response": response.text,
        "finish_reason": response.finish_reason,
        "prompt_tokens": response.prompt_tokens,
        "completion_tokens": response.completion_tokens,
        "seed": response.seed,
        "settings": json.dumps(request.model.settings, sort_keys=True),
        "error": response.error,
    }
