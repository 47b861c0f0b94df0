"""The dataset's folder: shards that appear whole or not at all, the manifest, the card, and the saved recipe."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow.parquet as pq

from zebra_core.dataset import PREFERENCES, Plan, Tally
from zebra_core.errors import ZebraError
from zebra_core.pool import DERIVED_ID, Part, Pool, batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

MANIFEST = "manifest.json"


@attrs.frozen
class Shard:
    """A range of the input as it was written: the file's name, None where it gave no pair, and what was counted."""

    name: str | None
    tally: Tally


@attrs.frozen
class Writer:
    """Writes the shard of one part of a pool, zstd-compressed parquet; `progress` is told the rows read since last."""

    folder: Path
    progress: Callable[[int], None] | None = None

    def __call__(self, plan: Plan, number: int, part: Part) -> Shard:
        """Write a part's pairs to `data/part-NUMBER.parquet`, first under another name."""
        name = f"part-{number:05d}.parquet"
        target = self.folder / "data" / name
        unfinished = target.with_suffix(".tmp")
        tally = Tally()
        with (
            writing(target),
            pq.ParquetWriter(unfinished, PREFERENCES, compression="zstd", compression_level=1) as file,
        ):
            for batch in _readable(part):
                made, counted = plan(batch)
                tally += counted
                if made.num_rows:
                    file.write_batch(made)
                if self.progress is not None:
                    self.progress(batch.num_rows)
        if not tally.pairs:
            unfinished.unlink()
            return Shard(None, tally)
        with writing(target):
            unfinished.replace(target)
        return Shard(name, tally)


def _readable(part: Part) -> Iterator[Any]:
    """Read a part, so that what goes wrong in reading is not taken for a fault in writing."""
    try:
        yield from batches(part)
    except OSError as wrong:
        msg = f"cannot read {part.name}: {wrong.strerror or wrong}"
        raise ZebraError(msg) from wrong


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a full disk or a folder without permission into a ZebraError."""
    try:
        yield
    except OSError as wrong:
        msg = f"cannot write {path}: {wrong.strerror or wrong}; nothing was kept, free some room or choose another --output"
        raise ZebraError(msg) from wrong


@contextmanager
def staged(output: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a folder beside `output` to write in, which takes its place when all went well and is removed when not.

    Raises ZebraError where `output` exists, unless it is an empty folder, or a dataset that may be overwritten.
    """
    if output.exists() and not (output.is_dir() and not any(output.iterdir())):
        if not overwrite:
            msg = f"{output} exists already; say --overwrite to replace it, or choose another --output"
            raise ZebraError(msg)
        if not (output / MANIFEST).is_file():
            msg = f"{output} is no dataset made by zebra (it has no {MANIFEST}), so it is not overwritten; choose another --output"
            raise ZebraError(msg)
    output = output if output.name else output.resolve()
    staging = output.with_name(output.name + ".partial")
    with writing(output):
        shutil.rmtree(staging, ignore_errors=True)
        (staging / "data").mkdir(parents=True)
    try:
        yield staging
        with writing(output):
            _take_place(staging, output)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _take_place(staging: Path, output: Path) -> None:
    old = output.with_name(output.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if output.exists():
        output.rename(old)
    staging.rename(output)
    shutil.rmtree(old, ignore_errors=True)


def finish(folder: Path, files: dict[str, str]) -> None:
    """Write the texts that go beside the shards."""
    for name, text in files.items():
        with writing(folder / name):
            (folder / name).write_text(text, encoding="utf-8")


def as_json(value: Any) -> str:
    """Return JSON as it is saved: indented, in the order given, numbers as they are."""
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def fingerprint(files: Iterable[Path]) -> list[dict[str, Any]]:
    """Return path, size and SHA-256 of each input file."""
    found = []
    for path in files:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        found.append({"path": os.fspath(path), "bytes": path.stat().st_size, "sha256": digest})
    return found


def check_ids(pool: Pool, shards: Iterable[Shard]) -> None:
    """Raise ZebraError where the pool gives two instructions the same id."""
    keys = np.concatenate([np.empty(0, np.uint64), *(ids for shard in shards for ids in shard.tally.ids)])
    if len(np.unique(keys)) == len(keys):
        return
    seen: dict[str, int] = {}
    names = (name for part in pool.parts for batch in batches(part) for name in batch["id"].to_pylist())
    for row, name in enumerate(names, 1):
        if seen.setdefault(name, row) != row and not name.startswith(DERIVED_ID):
            msg = (
                f"two instructions of the pool have the id {name!r}: rows {seen[name]} and {row}; "
                "give each its own, or leave the ids out"
            )
            raise ZebraError(msg)
