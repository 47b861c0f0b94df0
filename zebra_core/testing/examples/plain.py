"""Values of any kind as plain ones, which can be compared, and sent to another process."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import singledispatch
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pyarrow as pa

from zebra_core.behavior import DECIMALS, Behavior
from zebra_core.dataset.dataset import Dataset
from zebra_core.dataset.figure import Section
from zebra_core.dataset.shards import Shard
from zebra_core.pairing.candidates import Candidates
from zebra_core.pool.generator import Response
from zebra_core.pool.pool import POOL, Pool
from zebra_core.scores.normalise import Normalised
from zebra_core.scores.table import ScoreTable
from zebra_core.training.folder import TrainingResult
from zebra_core.training.schedule import CandidatePairs, Picked


@singledispatch
def plain(value: object) -> Any:
    """Return a value as lists, tables, texts and numbers; what may differ from run to run, such as seconds, is left out."""
    return value if isinstance(value, str | int | float | None) else repr(value)


@plain.register
def _(value: Response) -> list[Any]:
    return [*attrs.astuple(attrs.evolve(value, seconds=None))]


@plain.register
def _(value: list) -> list[Any]:  # type: ignore[type-arg]  # singledispatch takes no parameters
    return [plain(item) for item in value]


@plain.register
def _(value: tuple) -> list[Any]:  # type: ignore[type-arg]
    return [plain(item) for item in value]


@plain.register
def _(value: Mapping) -> dict[str, Any]:  # type: ignore[type-arg]
    return {str(key): plain(item) for key, item in value.items()}


@plain.register
def _(value: np.ndarray) -> Any:
    """Rounded as ZEBRA rounds what components return; NaN as text, so that it equals itself."""
    numbers = np.round(value, DECIMALS) + 0.0 if value.dtype.kind == "f" else value
    return [str(value.shape), [str(number) for number in numbers.ravel().tolist()]]


@plain.register
def _(value: Normalised) -> Any:
    return [plain(value.values), plain(value.slopes)]


@plain.register
def _(value: Path) -> Any:
    """The files of a folder, or the one file, by name, with the hashes of their contents."""
    files = sorted(path for path in (value, *value.rglob("*")) if path.is_file())
    return {path.relative_to(value).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@plain.register
def _(value: Behavior) -> Any:
    return [plain(value.vectors), plain(value.superiority), plain(value.similarity), plain(value.stderr)]


@plain.register
def _(value: Candidates) -> Any:
    return [plain(getattr(value, name)) for name in ("rows", "models", "places", "ratings", "model_keys")]


@plain.register
def _(value: CandidatePairs) -> Any:
    return [plain(part) for part in attrs.asdict(value).values()]


@plain.register
def _(value: Picked) -> Any:
    return [plain(value.desirability), plain(value.columns)]


@plain.register
def _(value: Pool) -> Any:
    """The rows as the hash of an Arrow file: a large pool as lists would fill the memory."""
    table, sink = pa.Table.from_batches(value.batches(), POOL).combine_chunks(), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, POOL) as writer:
        writer.write_table(table)
    return [value.rows, table.num_rows, hashlib.sha256(sink.getvalue()).hexdigest()]


@plain.register
def _(value: ScoreTable) -> Any:
    return [list(value.models), [repr(b) for b in value.benchmarks], plain(value.values), plain(value.stderr)]


@plain.register
def _(value: Dataset) -> Any:
    return [plain(value.folder), plain(value.pairs), plain(value.behavior), plain(value.scores)]


@plain.register
def _(value: Section) -> Any:
    return plain(attrs.asdict(value))


@plain.register
def _(value: Shard) -> Any:
    return [value.name, value.tally.rows, value.tally.pairs]


@plain.register
def _(value: TrainingResult) -> Any:
    return [value.rows, value.steps]
