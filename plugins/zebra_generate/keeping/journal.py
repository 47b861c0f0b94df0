"""The journal of a generation: each response is appended when it is there, so that an interrupted run loses nothing."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = "_journal.jsonl"
"""The name of the file in a pool's folder; readers of pools pass over names that start with an underscore."""
SYNC_SECONDS = 1.0
"""How much of the work a loss of power may cost. A process that is killed loses nothing."""
FIELDS = attrs.fields_dict(zebra.Response)
TEXTS = ("text", "finish_reason", "error")


@attrs.define
class Journal:
    """Responses by key, in a file of JSON lines of which the last of a key counts; a line not written in full is ignored.

    In memory there are only the places of the lines, and the keys whose request failed.
    """

    path: Path
    file: BinaryIO
    places: dict[str, tuple[int, int]]
    failed: set[str]
    size: int
    synced: float = attrs.field(factory=time.monotonic)

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Journal]:
        """Return a context with the journal that an earlier run left, or with an empty one. Raise ZebraError if it cannot be read."""
        try:
            file = path.open("a+b")
        except OSError as error:
            msg = f"cannot open {path}: {error.strerror}; it holds the responses of an interrupted run"
            raise zebra.ZebraError(msg) from error
        with file:
            journal = cls(path, file, {}, set(), 0)
            journal._load()
            yield journal

    def _load(self) -> None:
        self.file.seek(0)
        for line in self.file:
            try:
                key, response = _entry(line)
                self._note(key, response, len(line))
            except (ValueError, TypeError, KeyError):
                self.size += len(line)
        if self.size and not line.endswith(b"\n"):
            self.size += self.file.write(b"\n")  # it ends a line that was not written in full

    def _note(self, key: str, response: zebra.Response, length: int) -> None:
        self.places[key] = self.size, length
        self.size += length
        self.failed.discard(key)
        if response.text is None:
            self.failed.add(key)

    def __contains__(self, key: str) -> bool:
        return key in self.places

    def __getitem__(self, key: str) -> zebra.Response:
        start, length = self.places[key]
        self.file.seek(start)
        return _entry(self.file.read(length))[1]

    def add(self, responses: Mapping[str, zebra.Response]) -> None:
        """Append responses, so that they survive the end of the process. Raise ZebraError if they cannot be written."""
        lines = [json.dumps({"key": key, **_values(each)}).encode() + b"\n" for key, each in responses.items()]
        try:
            self.file.write(b"".join(lines))
            self.file.flush()
            if time.monotonic() - self.synced > SYNC_SECONDS:
                os.fsync(self.file.fileno())
                self.synced = time.monotonic()
        except OSError as error:
            msg = f"cannot write {self.path}: {error.strerror}; free some space"
            raise zebra.ZebraError(msg) from error
        for (key, response), line in zip(responses.items(), lines, strict=True):
            self._note(key, response, len(line))

    def __str__(self) -> str:
        if not self.places:
            return "nothing was kept"
        return f"{len(self.places):,} responses are kept in {self.path.parent}, and the same command resumes from there"


def _values(response: zebra.Response) -> dict[str, Any]:
    return {name: value for name in FIELDS if (value := getattr(response, name)) is not None}


def _entry(line: bytes) -> tuple[str, zebra.Response]:
    """Return the key and the response of a line. Raise ValueError, TypeError or KeyError if it has none."""
    values = {**json.loads(line)}
    key = values.pop("key")
    texts = [key, *(values[name] for name in TEXTS if name in values)]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError
    return key, zebra.Response(**{"text": None, **values})
