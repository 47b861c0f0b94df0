"""The filter that leaves out the instructions of a test set."""

from __future__ import annotations

import gzip
import io
import json
import pickle

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_pools.filters.decontaminate import Decontaminate

PROMPTS = ["What is 5 - 3?", "Name the capital of France, and say why it is the capital.", "Sing!", ""]


def batch(*prompts: str) -> pa.RecordBatch:
    rows = [{"id": str(n), "prompt": [{"role": "user", "content": text}]} for n, text in enumerate(prompts)]
    return pa.RecordBatch.from_pylist(rows, schema=zebra.POOL)


def kept(component: Decontaminate, *prompts: str) -> list[int]:
    return [int(name) for name in component(batch(*prompts))["id"].to_pylist()]


def parquet(rows: list[dict[str, object]]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink)
    return sink.getvalue()


FILES = {
    "test.txt": b"what is 5 - 3?\n\n  sing!\r\n",
    "test.jsonl": b'{"question": "What is  5 - 3?", "answer": "2"}\n{"question": "SING!", "answer": ""}\n',
    "test.jsonl.gz": gzip.compress(b'{"prompt": "What is 5 - 3?"}\n{"prompt": "Sing!"}'),
    "test.csv": b"text,label\nWhat is 5 - 3?,1\nSing!,0\n",
    "test.parquet": parquet([{"messages": [{"role": "user", "content": text}]} for text in (PROMPTS[0], PROMPTS[2])]),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_of_a_test_set(zebra_cli: Project, name: str) -> None:
    """A list of prompts as text, and any file that a pool may be read from, take out the same prompts."""
    path = zebra_cli.write(name, FILES[name])
    component = Decontaminate(str(path))
    assert kept(component, *PROMPTS, "what is\t5 - 3?", "What is 5 + 3?") == [1, 3, 5]
    assert component.files == (path,)


def test_consecutive_words(zebra_cli: Project) -> None:
    """With ngram=5 a prompt that shares five words in a row is left out, whatever the punctuation; four are not enough."""
    path = str(zebra_cli.write("test.txt", "Name the capital of France, and say why!\nToo short\n"))
    prompts = [
        "Q: name the capital of (France)",  # name the capital of France
        "Name the capital of Spain, and say why.",  # name the capital of; and say why
        "the capital of France and that of Spain",  # the capital of France and
        "of France, and say nothing",  # of France and say, four words
        "Is it too short?",  # a prompt of fewer words counts as a whole only
        "too  SHORT",
    ]
    assert kept(Decontaminate(path, ngram=5), *prompts) == [1, 3, 4]
    assert kept(Decontaminate(path), *prompts) == [0, 1, 2, 3, 4]


def test_phrases_do_not_cross_prompts() -> None:
    """Three prompts of 3, 1 and 2 words have 2, 0 and 1 phrases of two words, and equal ones have equal hashes."""
    prompt, hashes = zebra.prompt_phrases(pa.array(["a b c", "b", "a, B"]), 2)
    assert prompt.tolist() == [0, 0, 2]
    assert hashes[0] == hashes[2] != hashes[1]
    assert [len(each) for each in zebra.prompt_phrases(pa.array(["a b", ""]), 3)] == [0, 0]


def test_a_pickled_filter_needs_no_file(zebra_cli: Project) -> None:
    """A node of a cluster filters without the file of the test set."""
    path = zebra_cli.write("test.txt", "Sing!\n")
    component = pickle.dumps(Decontaminate(str(path)))
    path.unlink()
    assert kept(pickle.loads(component), *PROMPTS) == [0, 1, 3]  # noqa: S301


def test_a_run_counts_and_records(zebra_cli: Project) -> None:
    """The run counts what it left out, and the manifest has the hash of the test set among the inputs."""
    rows = [{"prompt": text, "a": "yes", "b": "no"} for text in PROMPTS[:3]]
    zebra_cli.write("pool.jsonl", "\n".join(map(json.dumps, rows)))
    zebra_cli.write("scores.csv", "model,MMLU,IFEval\na,60,60\nb,50,40\nc,30,30\n")
    zebra_cli.write("test.txt", "sing!\n")
    command = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--filter", "decontaminate")
    zebra_cli.run(*command, "--set", "decontaminate.against=test.txt")
    assert [row["prompt"][0]["content"] for row in zebra_cli.dataset()] == PROMPTS[:2]
    assert zebra_cli.manifest()["summary"]["left_out"] == {"filter decontaminate": 1}
    (entry,) = [entry for entry in zebra_cli.manifest()["inputs"] if entry["path"] == "test.txt"]
    assert entry["bytes"] == 6


MISTAKES = {
    "": ((), "against: a value is required, and none is set; add --set decontaminate.against=VALUE"),
    "missing": (("against=nowhere.txt",), "cannot read the test set nowhere.txt: No such file or directory; check the option against"),
    "missing table": (("against=nowhere.csv",), "there is no test set nowhere.csv; check the option against"),
    "format": (("against=test.xml",), "test.xml is of no known format; a test set is a .txt file with a prompt per line, or a .parquet, "),
    "empty": (("against=blank.txt",), "the test set blank.txt has no prompt"),
    "Latin-1": (("against=latin.txt",), "cannot read the test set latin.txt: byte 3 is not UTF-8; save it as UTF-8"),
    "no column": (("against=other.csv",), "the test set other.csv has not any of the columns instruction, prompt, "),
    "other column": (("against=other.csv", "column=task"), "the test set other.csv has not a column 'task' with text or messages; name one of its columns (a, b) with decontaminate.column"),
    "bad line": (("against=bad.jsonl",), "bad.jsonl, line 2: not JSON "),
    "negative": (("against=test.txt", "ngram=-1"), "'ngram' must be >= 0: -1"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes(zebra_cli: Project, name: str) -> None:
    """A test set that cannot be read is one line with the reason, before the pool is read."""
    for file, text in {
        "test.txt": b"x\n",
        "test.xml": b"<x/>",
        "blank.txt": b"\n \n",
        "latin.txt": b"caf\xe9\n",
        "other.csv": b"a,b\n1,2\n",
        "bad.jsonl": b'{"prompt": "x"}\n{\n',
    }.items():
        zebra_cli.write(file, text)
    options, message = MISTAKES[name]
    settings = [word for option in options for word in ("--set", f"decontaminate.{option}")]
    error = zebra_cli.run("run", "--filter", "decontaminate", *settings, code=2).stderr
    assert error.startswith("Error: filter 'decontaminate' of plugin 'pools': ")
    assert message in error
