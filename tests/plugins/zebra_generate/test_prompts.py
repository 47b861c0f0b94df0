"""Prompts from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_generate.prompts import Prompt, read_prompts


def user(text: str) -> tuple[dict[str, str], ...]:
    return ({"role": "user", "content": text},)


def test_text(tmp_path: Path) -> None:
    """Each line with text is a prompt; its id is the number of its line."""
    file = tmp_path / "p.txt"
    file.write_bytes("\ufeffOne?\r\n\n Two?\u2028yes \n".encode())
    assert read_prompts(file) == [Prompt("1", user("One?")), Prompt("3", user("Two?\u2028yes"))]


def test_json_lines(tmp_path: Path) -> None:
    """A prompt is text or messages, under any of three names; id and source are kept, and other keys ignored."""
    turns = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi", "name": "x"}]
    rows = [
        {"id": 7, "prompt": "One?", "source": "web"},
        {"instruction": "Two?", "answer": 5},
        {"id": "c", "messages": turns},
    ]
    file = tmp_path / "p.JSONL"
    file.write_text("\n".join(map(json.dumps, rows)))
    expected = ({"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"})
    assert read_prompts(file) == [Prompt("7", user("One?"), "web"), Prompt("2", user("Two?")), Prompt("c", expected)]


@pytest.mark.parametrize(
    "line",
    ["5", "[]", "{", "{}", '{"prompt": []}', '{"prompt": 5}', '{"prompt": [{"role": "user"}]}', "[" * 5000],
    ids=["number", "list", "broken", "none", "empty", "type", "content", "deep"],
)
def test_an_invalid_line(tmp_path: Path, line: str) -> None:
    """The error names the line, and shows a valid one."""
    file = tmp_path / "p.jsonl"
    file.write_text(f'{{"prompt": "fine"}}\n{line}\n')
    with pytest.raises(zebra.ZebraError, match=r"line 2 of .*p.jsonl is not a prompt; expected \{\"prompt\""):
        read_prompts(file)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.csv", b"prompt\n", "prompts are read from .jsonl or .txt"),
        ("p.txt", b"\n\n", "has no prompt"),
        ("p.txt", b"\xff", "cannot read the prompts"),
        ("p.jsonl", b'{"id": "2", "prompt": "a"}\n{"prompt": "b"}', "two prompts of .* have the id '2'"),
    ],
)
def test_an_invalid_file(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """A file of another kind, without prompts, that is not UTF-8, or with one id twice is refused."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(zebra.ZebraError, match=message):
        read_prompts(tmp_path / name)
    with pytest.raises(zebra.ZebraError, match="No such file"):
        read_prompts(tmp_path / "absent.txt")
