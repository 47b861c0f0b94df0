"""Prompts from files."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import zebra_core as zebra
from zebra_generate.requests.prompts import Prompt, read_prompts


def user(text: str) -> tuple[dict[str, str], ...]:
    return ({"role": "user", "content": text},)


def test_text(tmp_path: Path) -> None:
    """Each line with text is a prompt; its id is the number of its line."""
    file = tmp_path / "p.txt"
    file.write_bytes("\ufeffOne?\r\n\n Two?\u2028yes \n".encode())
    assert read_prompts(str(file)) == [Prompt("1", user("One?")), Prompt("3", user("Two?\u2028yes"))]


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
    assert read_prompts(str(file)) == [
        Prompt("7", user("One?"), "web"),
        Prompt("2", user("Two?")),
        Prompt("c", expected),
    ]


def test_tables(tmp_path: Path) -> None:
    """The rows of parquet and CSV are prompts as well, with text or messages, and without columns of another name."""
    turns = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Ho"},
        {"role": "user", "content": "?"},
    ]
    rows = [{"prompt_id": 5, "messages": turns, "instruction": None}, {"instruction": "Two?", "messages": None}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "p.parquet")
    assert read_prompts(str(tmp_path / "p.parquet")) == [Prompt("1", tuple(turns)), Prompt("2", user("Two?"))]
    (tmp_path / "p.csv").write_text('id,instruction,source\na,"One,\ntwo?",web\n,Three?,\n', encoding="utf-8-sig")
    expected = [Prompt("a", user("One,\ntwo?"), "web"), Prompt("2", user("Three?"))]
    assert read_prompts(str(tmp_path / "p.csv")) == expected
    assert read_prompts(str(tmp_path / "p.csv"), limit=1) == expected[:1]


def test_the_system_prompt(tmp_path: Path) -> None:
    """It is the first message of each prompt that has none."""
    own = [{"role": "system", "content": "Mine."}, {"role": "user", "content": "Hi"}]
    (tmp_path / "p.jsonl").write_text(json.dumps({"prompt": "Hi"}) + "\n" + json.dumps({"prompt": own}))
    first, second = read_prompts(str(tmp_path / "p.jsonl"), "Be brief.")
    assert first.messages == ({"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"})
    assert second.messages == tuple(own)


def test_a_prompt_that_is_answered(tmp_path: Path) -> None:
    """A conversation that ends with the assistant is refused."""
    turns = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]
    (tmp_path / "p.jsonl").write_text(json.dumps({"messages": turns}))
    with pytest.raises(zebra.ZebraError, match=r"line 1 of .* ends with a message of the assistant"):
        read_prompts(str(tmp_path / "p.jsonl"))


def test_the_hub() -> None:
    """An argument that `datasets` does not have is refused with the closest one, before anything is loaded."""
    with pytest.raises(zebra.ZebraError, match="there is no argument 'splt' of hub:a/b; did you mean 'split'"):
        read_prompts("hub:a/b?splt=test")


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
        read_prompts(str(file))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.doc", b"prompt\n", "prompts are read from .jsonl, .parquet, .csv, .txt, hub:NAME, and"),
        ("p.csv", b"prompt\n", "has no prompt"),
        ("p.csv", b"a\nb\n", "row 1 of .*p.csv is not a prompt"),
        ("p.parquet", b"prompt", "cannot read the prompts .*p.parquet"),
        ("p.txt", b"\n\n", "has no prompt"),
        ("p.txt", b"\xff", "cannot read the prompts"),
        ("p.jsonl", b'{"id": "2", "prompt": "a"}\n{"prompt": "b"}', "two prompts of .* have the id '2'"),
    ],
)
def test_an_invalid_file(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """A file of another kind, without prompts, that is not UTF-8, or with one id twice is refused."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(zebra.ZebraError, match=message):
        read_prompts(str(tmp_path / name))
    with pytest.raises(zebra.ZebraError, match="No such file"):
        read_prompts(str(tmp_path / "absent.txt"))
