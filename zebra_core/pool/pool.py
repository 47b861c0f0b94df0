"""The response pool: instructions that several models answered, as Arrow record batches of one schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from zebra_core.errors import PluginError, RowError, ZebraError
from zebra_core.pool.rejects import Rejected, convert_or_reject, with_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
POOL = pa.schema(
    [
        ("id", pa.string()),
        ("prompt", MESSAGES),
        ("models", pa.list_(pa.string())),
        ("responses", pa.list_(pa.string())),
        ("ratings", pa.list_(pa.float64())),
        ("source", pa.string()),
    ]
)
"""One row per instruction. `models[k]` gave `responses[k]`, rated `ratings[k]` where the pool has ratings."""

DERIVED_ID = "xxh3:"
"""What the id of a row starts with that had none: the hash of its prompt follows."""


class PoolReader(Protocol):
    """A component that opens a response pool.

    `location` is what the user wrote after `--pool` (without the reader's name), or None for an embedded pool. A
    reader may return the path of a file instead, which is then read as if the user had named it.
    """

    def __call__(self, location: str | None) -> Pool | Path:
        """Open the pool; ZebraError where the location is no such pool."""


@runtime_checkable
class ConvertsBatches(Protocol):
    """A pool reader whose layout has one row per instruction, so that `zebra.batch_function` can use it."""

    def mismatch(self, schema: pa.Schema) -> str | None:
        """Return why a batch of this schema cannot be converted, or None if it can."""

    def convert(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch | Rejected]:
        """Convert a batch to the pool's schema; yield a Rejected for each row that cannot be converted."""


@attrs.frozen
class Part:
    """A range of the input that can be read by itself.

    `read` gives its batches, again each time it is called, and a Rejected in the place of each row that cannot be used. `name` is what messages call it, usually a file; `rows` is how many there are, where that is known beforehand; `before`
    is how many rows of what the name names come before it, or a function that counts them when a message needs it.
    """

    name: str
    read: Callable[[], Iterator[pa.RecordBatch | Rejected]]
    rows: int | None = None
    before: int | Callable[[], int] = 0

    def row(self, number: int) -> int:
        """Return the number of a row in what the name names, from its number in this part."""
        return number + (self.before() if callable(self.before) else self.before)


def _parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(parts)


def _files(files: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(files)


@attrs.frozen
class Pool:
    """A pool, opened but not read: its parts in order, and the files that it comes from (for the manifest)."""

    parts: tuple[Part, ...] = attrs.field(converter=_parts)
    files: tuple[Path, ...] = attrs.field(converter=_files, default=())

    @classmethod
    def from_rows(cls, rows: Iterable[dict[str, Any]], name: str = "rows") -> Self:
        """Make a pool of dictionaries with the keys of the schema; `id`, `ratings` and `source` may be missing."""
        batch = pa.RecordBatch.from_pylist(list(rows), schema=POOL)
        return cls((Part(name, lambda: iter([batch]), batch.num_rows),))

    @property
    def rows(self) -> int | None:
        """How many rows there are in all, or None where a part does not know."""
        counts = [part.rows for part in self.parts]
        return None if None in counts else sum(count for count in counts if count is not None)

    def models(self) -> set[str]:
        """Return the names of all models that answered anything; reads the whole pool."""
        return {name for batch in self.batches() for name in names_in(batch)}

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read all parts in order; raises what `zebra_core.pool.pool.batches` raises."""
        for part in self.parts:
            yield from batches(part)

    def first_models(self) -> set[str]:
        """Return the names of the models in the first batch that has a row."""
        for part in self.parts:
            for batch in batches(part):
                if batch.num_rows:
                    return names_in(batch)
        msg = "the pool has no row"
        raise ZebraError(msg)


def batches(part: Part, reject: Callable[[Rejected], object] = lambda _: None) -> Iterator[pa.RecordBatch]:
    """Read a part: each batch is held to the schema, and a row without an id gets the hash of its prompt as one.

    A row whose lists do not fit, or whose text is not UTF-8, is left out, and `reject` is told, as it is of those that the
    reader left out. Raises PluginError for another schema, and ZebraError where the reader cannot read on.
    """
    start = 0
    try:
        for item in with_positions(_checked(part.read()), part.name, part.row):
            if isinstance(item, Rejected):
                reject(item)
                start += 1
            else:
                yield item
                start += item.num_rows
    except pa.ArrowInvalid as wrong:
        msg = f"{part.name}, after row {part.row(start)}: {wrong}"
        raise ZebraError(msg) from wrong
    except RowError as wrong:
        msg = f"{part.name}, row {part.row(start + wrong.row + 1)}: {wrong}"
        raise ZebraError(msg) from wrong


def _checked(items: Iterable[pa.RecordBatch | Rejected]) -> Iterator[pa.RecordBatch | Rejected]:
    for item in items:
        if isinstance(item, Rejected):
            yield item
        elif item.schema.names != POOL.names or item.schema.types != POOL.types:
            msg = f"a pool's batch must have the schema {_told(POOL)}; got {_told(item.schema)}"
            raise PluginError(msg)
        else:
            yield from convert_or_reject(item, _complete)


def _complete(batch: pa.RecordBatch) -> pa.RecordBatch:
    batch.validate(full=True)
    _check_lengths(batch)
    return _with_ids(batch)


def names_in(batch: pa.RecordBatch) -> set[str]:
    """Return the names of the models that answered an instruction of the batch."""
    return set(batch["models"].flatten().unique().to_pylist()) - {None}


def _check_lengths(batch: pa.RecordBatch) -> None:
    models = pc.list_value_length(batch["models"])
    for column, missing_is_fine in (("responses", False), ("ratings", True)):
        same = pc.equal(models, pc.list_value_length(batch[column]))
        wrong = pc.invert(pc.fill_null(same, missing_is_fine))
        if not missing_is_fine:
            wrong = pc.and_(wrong, pc.or_(pc.is_valid(batch["models"]), pc.is_valid(batch[column])))
        if pc.any(wrong).as_py():
            row = pc.index(wrong, True).as_py()
            held = [len(batch[name][row].as_py() or []) for name in ("models", column)]
            msg = f"{held[0]} models but {held[1]} {column}; each model needs its own"
            raise RowError(row, msg)


def _with_ids(batch: pa.RecordBatch) -> pa.RecordBatch:
    given = batch["id"]
    if not given.null_count:
        return batch
    contents = pc.struct_field(batch["prompt"].flatten(), "content")
    texts = pc.binary_join(pa.ListArray.from_arrays(_offsets(batch["prompt"]), pc.fill_null(contents, "")), "\x1e")
    hashed = pa.array(
        [DERIVED_ID + xxhash.xxh3_64_hexdigest((text or "").encode()) for text in texts.to_pylist()], pa.string()
    )
    return batch.set_column(0, POOL.field("id"), pc.coalesce(given, hashed))


def _offsets(lists: pa.ListArray) -> pa.Array:
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    return pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())])


def _told(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name}: {field.type}" for field in schema)
