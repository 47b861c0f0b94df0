"""The dataset's folder: written beside its place, taken up again after an interruption, and renamed when it is whole."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from zebra_core import storage
from zebra_core.errors import ZebraError
from zebra_core.pool import DERIVED_ID, Pool
from zebra_core.shards import OutputError, Shard, writing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

MANIFEST = "manifest.json"
JOB = "job.json"
REJECTED = "rejected_rows.jsonl"


class Interrupted(ZebraError):  # noqa: N818
    """The user ended the run; the same command goes on from what is whole."""


@contextmanager
def staged(output: Path, job: dict[str, Any], *, overwrite: bool, say: Callable[[str], None]) -> Iterator[Path]:
    """Give a folder beside `output` to write in, which takes its place when all went well.

    `job` is all that the dataset follows from. Where a run of the same job was interrupted, or could not write, its whole
    shards are still there, and `say` is told; otherwise the folder is empty. Raises ZebraError where `output` exists, unless
    it is an empty folder, or a dataset that may be overwritten; Interrupted for Ctrl-C.
    """
    output = output if output.name else output.resolve()
    check_free(output, MANIFEST, "dataset", overwrite=overwrite)
    staging = output.with_name(output.name + ".partial")
    with writing(output):
        _take_up(staging, job, say)
    try:
        yield staging
        with writing(output):
            _take_place(staging, output)
    except (KeyboardInterrupt, OutputError) as end:
        whole = len(list((staging / "done").glob("*.json")))
        if not whole:
            storage.remove(staging)
        kept = (
            f"{whole} finished shards are kept in {staging}, and the same command goes on from there"
            if whole
            else "nothing was kept"
        )
        msg = f"interrupted; {kept}" if isinstance(end, KeyboardInterrupt) else f"{end}; {kept}"
        raise (Interrupted if isinstance(end, KeyboardInterrupt) else OutputError)(msg) from end
    except Exception:
        storage.remove(staging)
        raise


def check_free(output: Path, mark: str, what: str, *, overwrite: bool) -> None:
    """Raise ZebraError where a folder is in use: by `what` (known by the file `mark`) unless it may be overwritten, or by anything else."""
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    if not overwrite:
        msg = f"{output} exists already; say --overwrite to replace it, or choose another --output"
        raise ZebraError(msg)
    if not (output / mark).is_file():
        msg = (
            f"{output} is no {what} made by zebra (it has no {mark}), so it is not overwritten; choose another --output"
        )
        raise ZebraError(msg)


def _take_up(staging: Path, job: dict[str, Any], say: Callable[[str], None]) -> None:
    """Make the folder, or take up the one that an interrupted run of the same job left."""
    before = json.loads((staging / JOB).read_text(encoding="utf-8")) if (staging / JOB).is_file() else None
    wanted = json.loads(as_json(job))
    if before == wanted:
        done = len(list((staging / "done").glob("*.json")))
        say(f"going on with an interrupted run: {done} finished shards are there")
        for unfinished in staging.rglob("*.tmp"):
            unfinished.unlink()
        return
    if before is not None:
        changed = ", ".join(key for key in wanted if before.get(key) != wanted[key])
        say(f"starting afresh: since the interrupted run, this has changed: {changed}")
    storage.remove(staging)
    for part in ("data", "done"):
        (staging / part).mkdir(parents=True)
    (staging / JOB).with_suffix(".tmp").write_text(as_json(job), encoding="utf-8")
    storage.move((staging / JOB).with_suffix(".tmp"), staging / JOB)


def _take_place(staging: Path, output: Path) -> None:
    storage.remove(staging / "done")
    for unfinished in staging.rglob("*.tmp"):
        unfinished.unlink()
    (staging / JOB).unlink()
    put_in_place(staging, output)


def put_in_place(staging: Path, output: Path) -> None:
    """Give a finished folder its place; what was there is kept beside until it is."""
    old = output.with_name(output.name + ".old")
    storage.remove(old)
    if output.exists():
        storage.move(output, old)
    storage.move(staging, output)
    storage.remove(old)


def finish(folder: Path, files: dict[str, str]) -> None:
    """Write the texts that go beside the shards."""
    for name, text in files.items():
        with writing(folder / name):
            (folder / name).write_text(text, encoding="utf-8")


def as_json(value: Any, indent: int | None = 2) -> str:
    """Return JSON as it is saved: in the order given, numbers as they are."""
    return json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=False) + "\n"


def fingerprint(files: Iterable[Path]) -> list[dict[str, Any]]:
    """Return path, size and XXH3 (128 bits, ten times as fast as SHA-256) of each input file; of a remote one its version."""
    found = []
    for path in files:
        version = {"xxh3_128": _digest(path)} if storage.is_local(path) else storage.version_of(path)
        found.append({"path": str(path), "bytes": path.stat().st_size, **version})
    return found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, xxhash.xxh3_128).hexdigest()


def check_ids(pool: Pool, shards: Iterable[Shard]) -> None:
    """Raise ZebraError where the pool gives two instructions the same id."""
    keys = np.concatenate([np.empty(0, np.uint64), *(ids for shard in shards for ids in shard.tally.ids)])
    if len(np.unique(keys)) == len(keys):
        return
    seen: dict[str, int] = {}
    names = (name for batch in pool.batches() for name in batch["id"].to_pylist())
    for row, name in enumerate(names, 1):
        if seen.setdefault(name, row) != row and not name.startswith(DERIVED_ID):
            msg = (
                f"two instructions of the pool have the id {name!r}: rows {seen[name]} and {row}; "
                "give each its own, or leave the ids out"
            )
            raise ZebraError(msg)
