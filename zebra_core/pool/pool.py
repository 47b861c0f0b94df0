"""The response pool: instructions that several models answered, as Arrow record batches of one schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, runtime_checkable

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from zebra_core.base.progress import Meter  # noqa: TC001  # a field's type, read at run time
from zebra_core.errors import PluginError, RowError, ZebraError
from zebra_core.pool.rejects import Rejected, convert_or_reject, with_positions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
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
"""One row per instruction: `models[k]` gave `responses[k]`, rated `ratings[k]` if the pool has ratings."""

PLACE = b"zebra:place"
"""The key under which the metadata of a batch's schema has its place in the pool."""
DERIVED_ID = "xxh3:"
"""The start of the id of a row without one; the hash of its prompt follows."""


class PoolReader(Protocol):
    """A component that opens a response pool.

    `location` is what the user wrote after `--pool` (without the reader's name), or None for an embedded pool. A
    reader may return the path of a file instead, which is then read as if the user had named it.
    """

    def __call__(self, location: str | None) -> Pool | Path:
        """Open the pool. Raise ZebraError if the location is not such a pool."""


@runtime_checkable
class ConvertsBatches(Protocol):
    """A pool reader whose layout has one row per instruction, so that `zebra.batch_function` can use it."""

    def mismatch(self, schema: pa.Schema) -> str | None:
        """Return why a batch of this schema cannot be converted, or None if it can."""

    def convert(self, batch: pa.RecordBatch) -> Iterator[pa.RecordBatch | Rejected]:
        """Convert a batch to the pool's schema; yield a Rejected for each row that cannot be converted."""


@runtime_checkable
class MakesPool(Protocol):
    """A pool reader whose pool is made first, which may take long: only a run does it, once everything else is checked.

    A call opens the pool that was made, and raises ZebraError if there is none.
    """

    def planned_models(self, location: str | None) -> Mapping[str, str]:
        """Return the models that the pool will have, each with the folder of its weights, "" if it is not on this machine.

        Raise ZebraError if the pool cannot be made.
        """

    def make(self, location: str | None) -> Path:
        """Make the pool, unless it is there, and return where it is. What is done survives an interruption."""


@attrs.frozen
class Part:
    """A range of the input that can be read by itself.

    `read` returns its batches, anew with each call, with a Rejected in place of each row that cannot be used. Messages
    refer to the part by `name`, usually that of its file. `rows` is the number of its rows, None if unknown. `before` is the
    number of rows of the file that precede it, or a function that counts them if a message needs it. `meter` is kept up to
    date by `read`; it tells the progress of a part whose number of rows is unknown. `number` is its place among the parts
    of its pool, which sets it, and `filtered` says that its batches have the places of those that were filtered.
    """

    name: str
    read: Callable[[], Iterator[pa.RecordBatch | Rejected]]
    rows: int | None = None
    before: int | Callable[[], int] = 0
    meter: Meter | None = None
    number: int = 0
    filtered: bool = False

    def finish(self) -> None:
        """Count all of it as read, because an earlier run has read it."""
        if self.meter is not None:
            self.meter.done = self.meter.size

    def row(self, number: int) -> int:
        """Return the number of a row in the file, from its number in this part."""
        return number + (self.before() if callable(self.before) else self.before)


def _parts(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(attrs.evolve(part, number=number) for number, part in enumerate(parts))


def _files(files: Iterable[Path]) -> tuple[Path, ...]:
    return tuple(files)


@attrs.frozen
class Pool:
    """A pool, opened but not read: its parts in order, and the files it is read from (for the manifest)."""

    parts: tuple[Part, ...] = attrs.field(converter=_parts)
    files: tuple[Path, ...] = attrs.field(converter=_files, default=())

    @classmethod
    def from_rows(cls, rows: Iterable[dict[str, Any]], name: str = "rows") -> Self:
        """Return a pool of dictionaries with the keys of the schema; `id`, `ratings` and `source` may be missing."""
        batch = pa.RecordBatch.from_pylist(list(rows), schema=POOL)
        return cls((Part(name, lambda: iter([batch]), batch.num_rows),))

    @property
    def rows(self) -> int | None:
        """The number of rows, None if a part does not know its own."""
        counts = [part.rows for part in self.parts]
        return None if None in counts else sum(count for count in counts if count is not None)

    @property
    def meters(self) -> list[Meter]:
        """The meters of all parts, none if a part has none."""
        meters = [part.meter for part in self.parts]
        return [] if None in meters else [meter for meter in meters if meter is not None]

    def models(self) -> set[str]:
        """Return the names of all models that answered an instruction. This reads the whole pool."""
        return {name for batch in self.batches() for name in names_in(batch)}

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read all parts in order. Raise what `zebra_core.pool.pool.batches` raises."""
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


def stand_in(models: Iterable[str]) -> Pool:
    """Return a pool with one instruction, which all of the models have answered: it stands for one that is yet to be made."""
    names = sorted(models)
    prompt = [{"role": "user", "content": "An instruction"}]
    return Pool.from_rows([{"prompt": prompt, "models": names, "responses": [f"The response of {n}" for n in names]}])


def batches(part: Part, reject: Callable[[Rejected], object] = lambda _: None) -> Iterator[pa.RecordBatch]:
    """Read a part as valid batches of the pool's schema; the id of a row without one becomes the hash of its prompt.

    Each batch knows its place, see `place_of`. `reject` is called with every row that is left out: those that the reader rejects, and those whose lists differ in
    length or whose text is not UTF-8. Raise PluginError for another schema, and ZebraError if the reader cannot continue.
    """
    start = 0
    try:
        for item in with_positions(_valid(check_items(part.read())), part.name, part.row):
            if isinstance(item, Rejected):
                reject(item)
                start += 1
            else:
                yield item if part.filtered else with_place(item, (part.number, start))
                start += item.num_rows
    except pa.ArrowInvalid as error:
        msg = f"{part.name}, after row {part.row(start)}: {error}"
        raise ZebraError(msg) from error
    except RowError as error:
        msg = f"{part.name}, row {part.row(start + error.row + 1)}: {error}"
        raise ZebraError(msg) from error


def with_place(batch: pa.RecordBatch, place: tuple[int, int]) -> pa.RecordBatch:
    """Return a batch that knows its place in the pool."""
    return batch.replace_schema_metadata({PLACE: f"{place[0]} {place[1]}"})


def place_of(batch: pa.RecordBatch) -> tuple[int, int]:
    """Return the place of a batch that was read from a pool: its part's number, and its first row's number in the part.

    No two batches of a pool have the same place, and reading the pool again gives the same batches at the same places.
    """
    part, _, row = (batch.schema.metadata or {}).get(PLACE, b"0 0").partition(b" ")
    return int(part), int(row)


def check_items(items: Iterable[object]) -> Iterator[pa.RecordBatch | Rejected]:
    """Yield the items of a part. Raise PluginError for one that is neither a batch of the pool's schema nor a Rejected."""
    for item in items:
        if not isinstance(item, (pa.RecordBatch, Rejected)):
            msg = f"a part of a pool must yield Arrow record batches, or zebra.Rejected, got {type(item).__name__}"
            raise PluginError(msg)
        if not isinstance(item, Rejected):
            check_schema(item, "a pool's batch")
        yield item


def check_schema(batch: pa.RecordBatch, what: str) -> None:
    """Raise PluginError, naming `what` the batch is, unless it has the pool's schema."""
    if batch.schema.names != POOL.names or batch.schema.types != POOL.types:
        msg = f"{what} must have the schema {_as_text(POOL)}; got {_as_text(batch.schema)}"
        raise PluginError(msg)


def _valid(items: Iterable[pa.RecordBatch | Rejected]) -> Iterator[pa.RecordBatch | Rejected]:
    for item in items:
        if isinstance(item, Rejected):
            yield item
        else:
            yield from convert_or_reject(item, complete)


def complete(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch of the pool's schema with an id on every row. Raise ArrowInvalid or RowError for an invalid row."""
    batch.validate(full=True)
    _check_lengths(batch)
    return _with_ids(batch)


def names_in(batch: pa.RecordBatch) -> set[str]:
    """Return the names of the models that answered an instruction of the batch."""
    return set(batch["models"].flatten().unique().to_pylist()) - {None}


def _check_lengths(batch: pa.RecordBatch) -> None:
    models = pc.list_value_length(batch["models"])
    for column, optional in (("responses", False), ("ratings", True)):
        equal = pc.equal(models, pc.list_value_length(batch[column]))
        unequal = pc.invert(pc.fill_null(equal, optional))
        if not optional:
            unequal = pc.and_(unequal, pc.or_(pc.is_valid(batch["models"]), pc.is_valid(batch[column])))
        if pc.any(unequal).as_py():
            row = pc.index(unequal, True).as_py()
            lengths = [len(batch[name][row].as_py() or []) for name in ("models", column)]
            msg = f"{lengths[0]} models but {lengths[1]} {column}; each model needs its own"
            raise RowError(row, msg)


def _with_ids(batch: pa.RecordBatch) -> pa.RecordBatch:
    ids = batch["id"]
    if not ids.null_count:
        return batch
    contents = pc.struct_field(batch["prompt"].flatten(), "content")
    texts = pc.binary_join(pa.ListArray.from_arrays(_offsets(batch["prompt"]), pc.fill_null(contents, "")), "\x1e")
    hashed = pa.array(
        [DERIVED_ID + xxhash.xxh3_64_hexdigest((text or "").encode()) for text in texts.to_pylist()], pa.string()
    )
    return batch.set_column(0, POOL.field("id"), pc.coalesce(ids, hashed))


def _offsets(lists: pa.ListArray) -> pa.Array:
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    return pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths).cast(pa.int32())])


def _as_text(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name}: {field.type}" for field in schema)
