"""The files of a dataset's folder beside its shards, and the fingerprints of what a dataset is made from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from zebra_core import storage
from zebra_core.dataset.card import card
from zebra_core.dataset.dataset import BEHAVIOR
from zebra_core.dataset.manifest import MANIFEST, Manifest
from zebra_core.dataset.shards import writing
from zebra_core.dataset.staging import DATA
from zebra_core.errors import ZebraError
from zebra_core.pool.pool import DERIVED_ID, Pool
from zebra_core.records import as_json, to_plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from zebra_core.dataset.shards import Shard
    from zebra_core.pool.rejects import Rejected

REJECTED = "rejected_rows.jsonl"
RECIPE = "recipe.toml"
CARD = "README.md"


def write_files(
    folder: Path, manifest: Manifest, behavior: Mapping[str, Any], recipe: str, rejected: Iterable[Rejected]
) -> None:
    """Write the files that accompany the shards: manifest, behavior, recipe, card and rejected rows."""
    texts = {
        MANIFEST: as_json(to_plain(manifest)),
        BEHAVIOR: as_json(behavior),
        RECIPE: recipe,
        CARD: card(manifest, folder / DATA),
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
