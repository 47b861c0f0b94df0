"""The journal of a generation: each response is appended when it is there, so that an interrupted run loses nothing."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import attrs
import xxhash

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def key_of(*parts: object) -> str:
    """Return a hash of plain values: of everything that a response follows from."""
    return xxhash.xxh3_128_hexdigest(json.dumps(parts, sort_keys=True, default=str).encode())


@attrs.define
class Journal:
    """Responses by key, in memory and in a file of JSON lines; a line that was not written in full is ignored."""

    path: Path
    responses: dict[str, str]

    @classmethod
    def open(cls, path: Path) -> Journal:
        """Return the journal that an interrupted run left, or an empty one. Raise ZebraError if it cannot be read."""
        try:
            content = path.read_bytes() if path.exists() else b""
        except OSError as error:
            msg = f"cannot read {path}: {error.strerror}; it holds the responses of an interrupted run"
            raise zebra.ZebraError(msg) from error
        responses: dict[str, str] = {}
        for line in content.split(b"\n"):
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if isinstance(entry, list) and len(entry) == 2 and all(isinstance(text, str) for text in entry):
                responses[entry[0]] = entry[1]
        return cls(path, responses)

    def add(self, responses: Mapping[str, str]) -> None:
        """Append responses: when this returns, they survive a crash. Raise ZebraError if they cannot be written."""
        if not responses:
            return
        lines = "".join(f"{json.dumps(entry)}\n" for entry in responses.items())
        try:
            with self.path.open("ab") as file:
                file.write(f"\n{lines}".encode())  # the line break ends one that was not written in full
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            msg = f"cannot write {self.path}: {error.strerror}; free some space, or choose another --output"
            raise zebra.ZebraError(msg) from error
        self.responses.update(responses)

    def remove(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)

    def __str__(self) -> str:
        count = len(self.responses)
        if not count:
            return "nothing was kept"
        return f"{count:,} responses are kept in {self.path}, and the same command resumes from there"
