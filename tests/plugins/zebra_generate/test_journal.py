"""The journal of a generation."""

from __future__ import annotations

from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_generate.keeping.journal import Journal

FULL = zebra.Response("one\ntwo\u2028", "stop", 3, 4, 5, 0.5)
FAILED = zebra.Response(None, error="no")


def contents(path: Path) -> dict[str, zebra.Response]:
    with Journal.open(path) as journal:
        return {key: journal[key] for key in journal.places}


def test_what_is_added_is_read_again(tmp_path: Path) -> None:
    """Responses come back as they were, whatever is in them; the last of a key counts, and failures are noted."""
    path = tmp_path / "j"
    with Journal.open(path) as journal:
        assert str(journal) == "nothing was kept"
        journal.add({"a": FULL, "b": FAILED, "c": FAILED})
        journal.add({"c": zebra.Response("ü", seconds=1.0)})
        assert journal.failed == {"b"}
        assert "c" in journal
        assert "d" not in journal
        assert str(journal) == f"3 responses are kept in {tmp_path}, and the same command resumes from there"
    with Journal.open(path) as journal:
        assert journal.failed == {"b"}
    assert contents(path) == {"a": FULL, "b": FAILED, "c": zebra.Response("ü", seconds=1.0)}


def test_torn_writes(tmp_path: Path) -> None:
    """Wherever the file ends, the complete lines count, and what is added afterwards is read again."""
    path = tmp_path / "j"
    with Journal.open(path) as journal:
        journal.add({"a": FULL, "b": FAILED})
    content = path.read_bytes()
    complete = content.index(b"\n")  # without its line break the line is complete too
    for end in range(len(content)):
        path.write_bytes(content[:end])
        kept = contents(path)
        assert kept == {
            **({"a": FULL} if end >= complete else {}),
            **({"b": FAILED} if end == len(content) - 1 else {}),
        }
        with Journal.open(path) as journal:
            journal.add({"c": FULL})
        assert contents(path) == {**kept, "c": FULL}


def test_a_damaged_journal(tmp_path: Path) -> None:
    """Lines of another form are ignored; a journal that cannot be opened is an error with a remedy."""
    path = tmp_path / "j"
    lines = [
        b"5",
        b'["a"]',
        b'{"key": 5}',
        b"\xff\xfe",
        b'{"key": "k", "text": "fine"}',
        b"{}",
        b'{"key": "l", "text": 5}',
    ]
    path.write_bytes(b"\n".join([*lines, b'{"key": "m", "other": 5}\n']))
    assert contents(path) == {"k": zebra.Response("fine")}
    with pytest.raises(zebra.ZebraError, match=r"cannot open .*: Not a directory"), Journal.open(path / "j"):
        pass
