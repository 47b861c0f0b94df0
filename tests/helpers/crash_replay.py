"""Losses of power, replayed: the file operations of a command are recorded, and each moment of them becomes a folder.

`strace` records what the processes of a command ask of the file system, so that Arrow's C++ is seen like Python. A `Disk`
repeats the operations and knows which of them a loss of power may undo: a file's content since its last fsync, and the names
in a folder since the folder's last fsync.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

CALLS = "openat,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,rmdir"
REFUSED = ("pwrite64", "writev")
"""Calls whose meaning for the content is not modelled: a recording that has one for a watched file is refused."""
LINE = re.compile(r"^\d+ +(?P<call>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)(?P<opened><[^>]*>)?")
ARGUMENT = re.compile(r'(?:AT_FDCWD|\d+)<(?P<handle>[^>]*)>|"(?P<text>(?:\\x[0-9a-f]{2})*)"|(?P<word>[^, ]+)')


@attrs.frozen
class Operation:
    """A file operation: `kind` is create, write, sync, rename, mkdir or remove; paths are relative to the watched folder."""

    kind: str
    path: str
    data: bytes = b""
    target: str = ""


@attrs.define(eq=False)
class Node:
    """A file, or a folder if `names` is not None: as programs see it, and as the disk has it."""

    names: dict[str, Node] | None = None
    content: bytes = b""
    kept_names: dict[str, Node] = attrs.field(factory=dict)
    kept_content: bytes = b""
    pending: list[dict[str, Node | None]] = attrs.field(factory=list)

    def sync(self) -> None:
        """Bring what programs see to the disk."""
        self.kept_content, self.kept_names, self.pending = self.content, dict(self.names or {}), []

    def edit(self, change: dict[str, Node | None]) -> None:
        """Change names of a folder, all at once."""
        assert self.names is not None
        self.names = {name: node for name, node in {**self.names, **change}.items() if node is not None}
        self.pending.append(change)

    def after_power_loss(self, draw: random.Random, folder: Path) -> None:
        """Write a folder as a loss of power may leave it: with the first few of the pending changes, and torn files."""
        folder.mkdir()
        names: dict[str, Node | None] = dict(self.kept_names)
        for change in self.pending[: draw.randint(0, len(self.pending))]:
            names.update(change)
        for name, node in names.items():
            if node is not None and node.names is not None:
                node.after_power_loss(draw, folder / name)
            elif node is not None:
                (folder / name).write_bytes(node.torn(draw))

    def torn(self, draw: random.Random) -> bytes:
        """Return what a loss of power may leave of a file's content."""
        if self.content == self.kept_content:
            return self.content
        cut = draw.randint(0, len(self.content))
        zeros = bytes(len(self.content) - cut)
        return draw.choice([self.kept_content, self.content, self.content[:cut], self.content[:cut] + zeros])

    def files(self, prefix: str = "") -> dict[str, bytes]:
        """Return all files as programs see them."""
        result: dict[str, bytes] = {}
        for name, node in (self.names or {}).items():
            result |= {prefix + name: node.content} if node.names is None else node.files(f"{prefix}{name}/")
        return result


class Disk:
    """A folder with what it had at first, on which operations are repeated."""

    def __init__(self, folder: Path) -> None:
        self.top = _node_of(folder)

    def node(self, path: str) -> Node:
        """Return a file or folder as programs see it."""
        node = self.top
        for part in Path(path).parts:
            assert node.names is not None
            node = node.names[part]
        return node

    def apply(self, operation: Operation) -> None:
        """Repeat an operation."""
        parent, name = self.node(str(Path(operation.path).parent)), Path(operation.path).name
        match operation.kind:
            case "create":
                assert parent.names is not None
                if name in parent.names:
                    parent.names[name].content = operation.data
                else:
                    parent.edit({name: Node()})
            case "mkdir":
                parent.edit({name: Node(names={})})
            case "write":
                self.node(operation.path).content += operation.data
            case "sync":
                self.node(operation.path).sync()
            case "remove":
                parent.edit({name: None})
            case "rename":
                assert Path(operation.target).parent == Path(operation.path).parent, "a move between folders"
                parent.edit({name: None, Path(operation.target).name: self.node(operation.path)})


def _node_of(path: Path) -> Node:
    """Return a file or folder that is on the disk completely."""
    if path.is_dir():
        node = Node(names={entry.name: _node_of(entry) for entry in path.iterdir()})
    else:
        node = Node(content=path.read_bytes())
    node.sync()
    return node


def record(command: Sequence[str], folder: Path, log: Path) -> list[Operation]:
    """Run a command in a folder. Return its operations below the folder; `log`, outside it, takes the trace."""
    disk = Disk(folder)
    tracer = ["strace", "-f", "-y", "-xx", "-s", "100000000", "--seccomp-bpf", "-e", f"trace={CALLS}", "-o", str(log)]
    subprocess.run([*tracer, *command], cwd=folder, check=True, capture_output=True)
    operations = list(_operations(log, folder.resolve()))
    for operation in operations:
        disk.apply(operation)
    actual = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert disk.top.files() == actual, "the recording does not give what the command wrote"
    return operations


def power_losses(
    operations: Sequence[Operation], before: Path, place: Path, count: int, seed: int = 0
) -> Iterator[tuple[int, Path]]:
    """Give `count` moments, evenly spread, each with a folder below `place` as a loss of power may leave `before`.

    A moment is the number of operations that were asked for. The folder is removed afterwards.
    """
    draw, disk = random.Random(seed), Disk(before)
    count = min(count, len(operations) + 1)
    moments = {round(number * len(operations) / max(1, count - 1)) for number in range(count)}
    for moment in range(len(operations) + 1):
        if moment in moments:
            folder = place / f"moment-{moment}"
            disk.top.after_power_loss(draw, folder)
            yield moment, folder
            shutil.rmtree(folder)
        if moment < len(operations):
            disk.apply(operations[moment])


def _operations(log: Path, folder: Path) -> Iterator[Operation]:
    for line in _whole_lines(log):
        match = LINE.match(line)
        if match is None or int(match["result"]) < 0:
            continue
        handle, texts, flags = _arguments(match["arguments"])
        if match["call"] in ("write", "fsync", "fdatasync", *REFUSED):
            paths = [handle]
        else:
            paths = [Path(handle or folder, text.decode()) for text in texts]
        inside = [str(path.relative_to(folder)) for path in paths if path and path.is_relative_to(folder)]
        if len(inside) == len(paths) and not any(path.endswith(" (deleted)") for path in inside):
            assert match["call"] not in REFUSED, line[:200]
            yield from _operation(match["call"], inside, texts, flags)


def _operation(call: str, paths: list[str], texts: list[bytes], flags: str) -> Iterator[Operation]:
    if call == "openat":
        if "O_TRUNC" in flags or "O_CREAT" in flags:
            assert "O_APPEND" not in flags, "appending is not modelled"
            yield Operation("create", paths[0])
    elif call == "write":
        yield Operation("write", paths[0], texts[0])
    elif call in ("fsync", "fdatasync"):
        yield Operation("sync", paths[0])
    elif call.startswith("rename"):
        yield Operation("rename", paths[0], target=paths[1])
    else:
        yield Operation("mkdir" if call.startswith("mkdir") else "remove", paths[0])


def _arguments(text: str) -> tuple[Path | None, list[bytes], str]:
    """Return the path of the first handle, the strings, and the words among the arguments of a call."""
    handle: Path | None = None
    texts, words = [], []
    for match in ARGUMENT.finditer(text):
        if match["handle"] is not None:
            handle = handle or Path(_decoded(match["handle"]).decode(errors="replace"))
        elif match["text"] is not None:
            texts.append(_decoded(match["text"]))
        else:
            words.append(match["word"])
    return handle, texts, " ".join(words)


def _decoded(text: str) -> bytes:
    """Return the bytes that strace printed as hexadecimal numbers; a name such as that of a pipe is printed plainly."""
    return bytes.fromhex(text.replace("\\x", "")) if text.startswith("\\x") else text.encode()


def _whole_lines(log: Path) -> Iterator[str]:
    """Give the lines of a trace; a call that another thread interrupted is put together again, at its end."""
    begun: dict[str, str] = {}
    with log.open(encoding="utf-8") as lines:
        for line in lines:
            thread = line.split(" ", 1)[0]
            if line.rstrip().endswith("<unfinished ...>"):
                begun[thread] = line.rstrip().removesuffix("<unfinished ...>").rstrip()
            elif " resumed>" in line[:80]:
                yield begun.pop(thread) + line.partition(" resumed>")[2]
            else:
                yield line
