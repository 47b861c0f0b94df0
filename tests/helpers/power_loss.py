"""What a loss of power would leave of a folder, at every step of what is done in it.

A file system promises little: the content of a file is on the disk once the file is synced, and the entries of a folder once
the folder is. A loss of power may keep more than that, in any order. Two extremes are recorded before each operation: that
nothing unsynced was kept, and that every name was kept, but of unsynced content only the first half.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, TypeAlias

import attrs
import pytest

State: TypeAlias = dict[str, bytes | None]
"""The files of a folder with their contents, and its folders with None, by relative name."""

OPERATIONS = ("fsync", "replace", "rename", "mkdir", "rmdir", "unlink", "remove")


@attrs.define(eq=False)
class Disk:
    """Follows what is synced below a folder; `states` has what a loss of power would have left at each step.

    Each file and folder has a number of its own, since the system gives the inode of a removed one to the next.
    """

    root: Path
    states: list[State] = attrs.field(factory=list)
    numbers: dict[int, int] = attrs.field(factory=dict)
    count: int = 0
    contents: dict[int, bytes] = attrs.field(factory=dict)
    entries: dict[int, dict[str, tuple[int, bool]]] = attrs.field(factory=dict)
    lock: Any = attrs.field(factory=RLock)

    def scan(self) -> dict[str, int]:
        """Return the number of everything that is there, by name; the folder itself is "."."""
        inodes = {str(path.relative_to(self.root)): path.stat().st_ino for path in (self.root, *self.root.rglob("*"))}
        self.numbers = {inode: self.numbers[inode] for inode in inodes.values() if inode in self.numbers}
        for inode in inodes.values():
            if inode not in self.numbers:
                self.count += 1
                self.numbers[inode] = self.count
        return {name: self.numbers[inode] for name, inode in inodes.items()}

    def record(self) -> None:
        """Record both extremes, unless they are what was recorded last."""
        present = self.scan()
        for state in (self._synced(present["."], ""), self._torn(present)):
            if state not in self.states[-2:]:
                self.states.append(state)

    def synced(self, path: Path) -> None:
        """Take note that a file or a folder is on the disk."""
        present = self.scan()
        number = present[str(path.relative_to(self.root))]
        if path.is_dir():
            names = {str(entry.relative_to(self.root)): entry for entry in path.iterdir()}
            self.entries[number] = {entry.name: (present[name], entry.is_dir()) for name, entry in names.items()}
        else:
            self.contents[number] = path.read_bytes()

    def _synced(self, folder: int, prefix: str) -> State:
        state: State = {}
        for name, (number, is_folder) in self.entries.get(folder, {}).items():
            state[prefix + name] = None if is_folder else self.contents.get(number, b"")
            state |= self._synced(number, f"{prefix}{name}/")
        return state

    def _torn(self, present: dict[str, int]) -> State:
        state: State = {}
        for name, number in present.items():
            path = self.root / name
            if path.is_dir():
                state[name] = None
            else:
                whole = path.read_bytes()
                state[name] = self.contents.get(number, whole[: len(whole) // 2])
        del state["."]
        return state


@contextmanager
def recorded(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    """Record what would be left of a folder at every step of what is done in it meanwhile; what is there now is on the disk."""
    disk = Disk(root)
    for path in (root, *root.rglob("*")):
        disk.synced(path)

    def recording(name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            with disk.lock:
                disk.record()
                result = operation(*arguments, **named)
                if name == "fsync":
                    disk.synced(Path(f"/proc/self/fd/{arguments[0]}").readlink())
                disk.scan()
                return result

        return run

    with monkeypatch.context() as patch:
        for name in OPERATIONS:
            patch.setattr(os, name, recording(name, getattr(os, name)))
        yield disk
        disk.record()


def restore(state: State, root: Path) -> None:
    """Make a folder what a loss of power left of it."""
    for path in root.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, content in sorted(state.items()):
        if content is None:
            (root / name).mkdir()
        else:
            (root / name).write_bytes(content)


def files(root: Path) -> dict[str, bytes]:
    """Return the content of every file below a folder."""
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}
