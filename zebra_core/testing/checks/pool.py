"""Checks of pool readers: from a location to a pool, whose parts yield batches of one schema."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa

from zebra_core.errors import PluginError, ZebraError
from zebra_core.plugins.protocols import DeclinesLocation
from zebra_core.pool.pool import POOL, Pool, batches, check_items
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.calls import example_of, read_inner
from zebra_core.testing.examples.foreign import foreign_files
from zebra_core.testing.examples.results import fail_if_repeatable, result_of

if TYPE_CHECKING:
    from zebra_core.pool.pool import Part
    from zebra_core.testing.subject import Subject

LARGEST = 1 << 16
"""The number of rows of a batch that a reader of a large file may hold in memory at once."""


def open_example(subject: Subject) -> Pool:
    """Return the pool of the example. Raise CheckSkipped if there is none, which another check is for."""
    arguments = example_of(subject, Path()).arguments
    try:
        pool = read_inner(subject, subject.call(*arguments))
    except ZebraError:
        skip("it does not open the example; see works_on_an_example")
    if not isinstance(pool, Pool):
        skip("it gives no pool for the example; see gives_a_pool")
    return pool


def _read(part: Part) -> pa.Table:
    """Return the rows of a part. Raise CheckSkipped if it cannot be read, which another check is for."""
    try:
        return pa.Table.from_batches(batches(part), POOL)
    except ZebraError:
        skip(f"its part {part.name!r} cannot be read; see works_on_an_example and has_the_schema")


def gives_a_pool(subject: Subject) -> None:
    """It returns a zebra.Pool with at least one row, or the path of a file that another reader reads."""
    arguments = example_of(subject, Path()).arguments
    result_of(subject)
    pool = read_inner(subject, subject.call(*arguments))
    if not isinstance(pool, Pool):
        fail(f"it must return a zebra.Pool or a Path, got {type(pool).__name__}")
    if not any(_read(part).num_rows for part in pool.parts):
        fail("the example has no row")


def has_the_schema(subject: Subject) -> None:
    """Its parts yield Arrow record batches of the schema zebra.POOL, or zebra.Rejected for a row that cannot be used."""
    for part in open_example(subject).parts:
        try:
            for _ in check_items(part.read()):
                pass
        except PluginError as error:
            fail(str(error))
        except Exception:  # noqa: BLE001  # whatever it raises
            skip("a part cannot be read; see works_on_an_example")


def can_be_read_again(subject: Subject) -> None:
    """Every part can be read several times, and has the same rows each time."""
    for part in open_example(subject).parts:
        if _read(part) != _read(part):
            fail(f"the part {part.name!r} has other rows when it is read again; `read` must start anew with each call")


def can_be_read_in_parts(subject: Subject) -> None:
    """A part can be read by itself: the last before the first, or two at once."""
    expected = [_read(part) for part in open_example(subject).parts]
    parts = open_example(subject).parts
    if [_read(part) for part in reversed(parts)] != expected[::-1]:
        fail_if_repeatable(subject, "its parts have other rows when they are read in another order")
    readers = [batches(part) for part in open_example(subject).parts]
    begun = [[batch for batch in (next(reader, None),) if batch is not None] for reader in readers]
    together = [pa.Table.from_batches([*one, *rest], POOL) for one, rest in zip(begun, readers, strict=True)]
    if together != expected:
        fail_if_repeatable(subject, "its parts have other rows when they are read at the same time")


def knows_its_rows(subject: Subject) -> None:
    """`rows` of a part is the number of rows that it has, or None if that is unknown."""
    for part in open_example(subject).parts:
        rejected: list[object] = []
        try:
            count = sum(batch.num_rows for batch in batches(part, rejected.append)) + len(rejected)
        except ZebraError:
            skip("a part cannot be read; see works_on_an_example")
        if part.rows not in (None, count):
            fail(f"the part {part.name!r} has {count} rows, but says that it has {part.rows}")


def reads_bounded_batches(subject: Subject) -> None:
    """No batch has more than 65,536 rows, so that a large pool does not fill the memory."""
    for part in open_example(subject).parts:
        for batch in _batches(part):
            if batch.num_rows > LARGEST:
                fail(f"a batch has {batch.num_rows:,} rows; divide it: the most is {LARGEST:,}")


def _batches(part: Part) -> list[pa.RecordBatch]:
    try:
        return list(batches(part))
    except ZebraError:
        skip("a part cannot be read; see works_on_an_example")


def names_its_files(subject: Subject) -> None:
    """The pool lists the files that it is read from, so that the manifest has their hashes."""
    if subject.location is None or not Path(subject.location).is_file():
        skip("the example is not a file")
    if not any(Path(path).samefile(subject.location) for path in open_example(subject).files):
        fail(f"{subject.location} is not among the `files` of the pool")


def takes_foreign_files(subject: Subject) -> None:
    """An empty file, or one of another format, is declined or a ZebraError that says why: nothing else is raised."""
    if not isinstance(subject.instance, DeclinesLocation):
        skip("it reads no files, or does not recognise them: it has no `declines`")
    with TemporaryDirectory() as folder:
        for path in foreign_files(Path(folder), subject.location):
            _read_foreign(subject, path)


def _read_foreign(subject: Subject, path: Path) -> None:
    """Raise CheckFailed if anything but a ZebraError comes of a file, or it is taken for a pool with rows."""
    try:
        declined = subject.instance.declines(str(path)) is not None
        pool = subject.instance(str(path))
        rows = sum(len(batch) for part in pool.parts for batch in batches(part)) if isinstance(pool, Pool) else 0
    except ZebraError:
        return
    except Exception as error:  # noqa: BLE001  # what this is for
        fail(
            f"of {path.name} it raises {type(error).__name__}: {error}; raise a zebra.ZebraError that says what is wrong"
        )
    if rows and not declined:
        fail(f"it reads {rows} rows from {path.name}, which is no pool")


CHECKS = checks_in(
    gives_a_pool,
    has_the_schema,
    can_be_read_again,
    can_be_read_in_parts,
    knows_its_rows,
    reads_bounded_batches,
    names_its_files,
    takes_foreign_files,
    kinds=("pool",),
)
