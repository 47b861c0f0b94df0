"""Files that no reader of pools or scores can read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENTS = {
    "empty": b"",
    "blank": b"\n \n",
    "bytes": bytes(range(256)) * 8,
    "latin-1": "na\xefve; caf\xe9\n".encode("latin-1"),
    "page": b"<!DOCTYPE html><html><body><p>Not found</p></body></html>\n",
    "numbers": b"[1, 2, 3]\n",
    "other": json.dumps([{"colour": "red", "taste": None}]).encode() + b"\n",
    "nested": b"[" * 3000 + b"]" * 3000,
    "columns": b"colour,taste\nred,sweet\n",
}
"""Contents by name."""
SUFFIXES = (".csv", ".json", ".jsonl", ".parquet", ".md", ".yaml")


def foreign_files(folder: Path, location: str | None) -> Iterator[Path]:
    """Write each content under common suffixes and that of `location`, and the first half of the file there; yield the paths."""
    own = Path(location) if location else None
    for suffix in dict.fromkeys((*SUFFIXES, *(own.suffixes[-1:] if own else ()))):
        for name, content in CONTENTS.items():
            path = folder / f"{name}{suffix}"
            path.write_bytes(content)
            yield path
    yield folder / "absent.json"
    (folder / "folder").mkdir()
    yield folder / "folder"
