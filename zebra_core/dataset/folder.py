"""The dataset's folder: written beside its final place, resumed after an interruption, and renamed when it is complete."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import xxhash

from zebra_core import storage
from zebra_core.base.lock import locked
from zebra_core.dataset.card import card
from zebra_core.dataset.dataset import BEHAVIOR
from zebra_core.dataset.manifest import MANIFEST, Job, Manifest
from zebra_core.dataset.shards import writing
from zebra_core.errors import Interrupted, OutputError, ZebraError
from zebra_core.pool.pool import DERIVED_ID, Pool
from zebra_core.records import as_json, read_record, to_plain, write_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from zebra_core.dataset.shards import Shard
    from zebra_core.pool.rejects import Rejected

JOB = "job.json"
REJECTED = "rejected_rows.jsonl"
RECIPE = "recipe.toml"
CARD = "README.md"


@contextmanager
def staging_folder(output: Path, job: Job, *, overwrite: bool, log: Callable[[str], None]) -> Iterator[Path]:
    """Give a folder beside `output` to write in, which replaces `output` once everything succeeded.

    If a run of the same job was interrupted, its finished shards are still there, and `log` gets a line about it; any
    other leftover is removed. Raise ZebraError if `output` exists, unless it is an empty folder, or a dataset that may be
    overwritten, or another process writes it, and Interrupted after Ctrl-C.
    """
    output = output if output.name else output.resolve()
    with locked(output):
        check_free(output, MANIFEST, "dataset", overwrite=overwrite)
        with _staging_folder(output, job, log) as staging:
            yield staging


@contextmanager
def _staging_folder(output: Path, job: Job, log: Callable[[str], None]) -> Iterator[Path]:
    staging = output.with_name(output.name + ".partial")
    with writing(output):
        _resume_or_create(staging, job, log)
    try:
        yield staging
        with writing(output):
            _commit(staging, output)
    except (KeyboardInterrupt, OutputError) as error:
        finished = len(list((staging / "done").glob("*.json")))
        if not finished:
            storage.remove(staging)
        kept = (
            f"{finished} finished shards are kept in {staging}, and the same command resumes from there"
            if finished
            else "nothing was kept"
        )
        if isinstance(error, KeyboardInterrupt):
            msg = f"interrupted; {kept}"
            raise Interrupted(msg) from error
        msg = f"{error}; {kept}"
        raise OutputError(msg) from error
    except Exception:
        storage.remove(staging)
        raise


def check_free(output: Path, mark: str, what: str, *, overwrite: bool) -> None:
    """Raise ZebraError if a folder is in use.

    A `what` (recognised by the file `mark`) is in use unless it may be overwritten; anything else always is.
    """
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    if not overwrite:
        msg = f"{output} exists already; add --overwrite to replace it, or choose another --output"
        raise ZebraError(msg)
    if not (output / mark).is_file():
        msg = f"{output} is not a {what} made by zebra (it has no {mark}), so it is not overwritten; choose another --output"
        raise ZebraError(msg)


def _resume_or_create(staging: Path, job: Job, log: Callable[[str], None]) -> None:
    """Create the folder, or resume the one that an interrupted run of the same job left."""
    changes = _changes(staging / JOB, job)
    if changes == []:
        finished = len(list((staging / "done").glob("*.json")))
        log(f"resuming an interrupted run: {finished} shards are finished")
        for unfinished in staging.rglob("*.tmp"):
            unfinished.unlink()
        _make_parts(staging)
        return
    if changes:
        log(f"starting over: since the interrupted run, this has changed: {', '.join(changes)}")
    storage.remove(staging)
    _make_parts(staging)
    write_record(job, staging / JOB)


def _make_parts(staging: Path) -> None:
    for part in ("data", "done"):
        (staging / part).mkdir(parents=True, exist_ok=True)


def _changes(path: Path, job: Job) -> list[str] | None:
    """Return the names of what differs between the job in a file and `job`; None if there is no such file."""
    if not path.is_file():
        return None
    try:
        before = read_record(Job, path)
    except ZebraError:
        return ["the version of zebra"]
    return [field.name for field in attrs.fields(Job) if getattr(before, field.name) != getattr(job, field.name)]


def _commit(staging: Path, output: Path) -> None:
    storage.remove(staging / "done")
    for unfinished in staging.rglob("*.tmp"):
        unfinished.unlink()
    (staging / JOB).unlink()
    put_in_place(staging, output)


def put_in_place(staging: Path, output: Path) -> None:
    """Move a finished folder to its place; what was there is kept beside it until then."""
    old = output.with_name(output.name + ".old")
    storage.remove(old)
    if output.exists():
        storage.move(output, old)
    storage.publish(staging, output)
    storage.remove(old)


def write_files(
    folder: Path, manifest: Manifest, behavior: Mapping[str, Any], recipe: str, rejected: Iterable[Rejected]
) -> None:
    """Write the files that accompany the shards: manifest, behavior, recipe, card and rejected rows."""
    texts = {
        MANIFEST: as_json(to_plain(manifest)),
        BEHAVIOR: as_json(behavior),
        RECIPE: recipe,
        CARD: card(manifest),
        REJECTED: "".join(as_json(row.as_dict(), indent=None) for row in rejected),
    }
    for name, text in texts.items():
        if text:
            with writing(folder / name):
                storage.write_text(folder / name, text)


def fingerprint(files: Iterable[Path]) -> list[dict[str, Any]]:
    """Return path, size and hash of each input file; a remote file has its version instead of the hash.

    The hash is XXH3 with 128 bits, which is ten times as fast as SHA-256. Raise ZebraError if a file cannot be read.
    """
    return [_fingerprint(path) for path in files]


def _fingerprint(path: Path) -> dict[str, Any]:
    try:
        version = {"xxh3_128": _digest(path)} if storage.is_local(path) else storage.version_of(path)
        return {"path": storage.shown(path), "bytes": path.stat().st_size, **version}
    except storage.faults(path) as error:
        msg = f"cannot read {storage.shown(path)}: {getattr(error, 'strerror', None) or error}; check that it is still there"
        raise ZebraError(msg) from error


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, xxhash.xxh3_128).hexdigest()


def check_ids(pool: Pool, shards: Iterable[Shard]) -> None:
    """Raise ZebraError if the pool gives two instructions the same id."""
    keys = np.concatenate([np.empty(0, np.uint64), *(ids for shard in shards for ids in shard.tally.ids)])
    if len(np.unique(keys)) == len(keys):
        return
    first: dict[str, int] = {}
    names = (name for batch in pool.batches() for name in batch["id"].to_pylist())
    for row, name in enumerate(names, 1):
        if first.setdefault(name, row) != row and not name.startswith(DERIVED_ID):
            msg = (
                f"two instructions of the pool have the id {name!r}: rows {first[name]} and {row}; "
                "give each its own id, or leave the ids out"
            )
            raise ZebraError(msg)
