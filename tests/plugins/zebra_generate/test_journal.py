"""The journal of a generation."""

from __future__ import annotations

from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_generate.journal import Journal


def test_what_is_added_is_read_again(tmp_path: Path) -> None:
    """Responses come back as they were, whatever is in them, and nothing is written for none."""
    path = tmp_path / "j"
    journal = Journal.open(path)
    journal.add({})
    assert not path.exists()
    assert str(journal) == "nothing was kept"
    journal.add({"a": "one\ntwo\u2028", "b": ""})
    journal.add({"c": "ü"})
    assert Journal.open(path).responses == {"a": "one\ntwo\u2028", "b": "", "c": "ü"}
    assert str(journal) == f"3 responses are kept in {path}, and the same command resumes from there"


def test_torn_writes(tmp_path: Path) -> None:
    """Wherever the file ends, the complete lines count, and what is added afterwards is read again."""
    path = tmp_path / "j"
    Journal.open(path).add({"a": "one", "b": "two"})
    content = path.read_bytes()
    complete = content.index(b"\n", 1)  # the end of the first response's line
    for end in range(len(content)):
        path.write_bytes(content[:end])
        journal = Journal.open(path)
        assert ("a" in journal.responses) == (end >= complete)
        assert journal.responses.get("a", "one") == "one"
        journal.add({"c": "three"})
        assert Journal.open(path).responses == journal.responses


def test_a_damaged_journal(tmp_path: Path) -> None:
    """Lines of another form are ignored; a journal that cannot be written is an error with a remedy."""
    path = tmp_path / "j"
    path.write_bytes(b'5\n["a"]\n[["a"], "b"]\n\xff\xfe\n["k", "fine"]\n{}')
    assert Journal.open(path).responses == {"k": "fine"}
    journal = Journal(tmp_path / "absent" / "j", {})
    with pytest.raises(zebra.ZebraError, match=r"cannot write .*; free some space, or choose another --output"):
        journal.add({"a": "b"})
