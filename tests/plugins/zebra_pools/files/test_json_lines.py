"""JSON lines that are nested too deeply or null, and columns that appear late."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from helpers.bad_input import SCORES, check
from helpers.pools import lines

import zebra_core as zebra
from zebra_core.pool.pool import batches
from zebra_core.testing import Project
from zebra_pools.files.json_lines import open_lines

DEEP = b"[" * 2_000 + b"]" * 2_000
NESTED = b'{"instruction": "q", "a": "x", "b": "y", "c": ' + DEEP + b"}"


def wide(count: int) -> list[dict[str, str]]:
    return [{"instruction": f"question {n}", "a": f"a {n}", "b": f"b {n}"} for n in range(count)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("pool.jsonl", NESTED, r"none of its first 1 lines can be read; the first: nested too deeply"),
        ("pool.json", b"[" + NESTED.replace(DEEP, DEEP) + b"]", r"no pair|not valid JSON|nested"),
        ("pool.csv", b"instruction,models,a\nq," + DEEP + b",x\n", r"no pool reads"),
    ],
)
def test_deep_nesting_is_refused(zebra_cli: Project, name: str, content: bytes, message: str) -> None:
    """A file nested 2,000 levels deep does not reach Arrow's parser, which would end the process."""
    zebra_cli.write(name, content)
    zebra_cli.write("scores.csv", SCORES)
    check(zebra_cli, message, "run", "--pool", name, "--scores", "scores.csv")


def test_a_deep_line_is_rejected_alone(zebra_cli: Project) -> None:
    """Among good lines it is left out; brackets within a text do not count."""
    rows = [*wide(2), {"instruction": "q", "a": "[" * 500, "b": "{" * 500}]
    zebra_cli.write("pool.jsonl", lines(rows) + b'\n{"instruction": ' + DEEP + b', "a": "x", "b": "y"}\n')
    zebra_cli.write("scores.csv", SCORES)
    zebra_cli.run("run", "--pool", "pool.jsonl", "--scores", "scores.csv")
    assert len(zebra_cli.dataset()) == 3
    assert len((zebra_cli.folder / "zebra-dataset" / "rejected_rows.jsonl").read_text().splitlines()) == 1


def test_a_null_line_is_rejected_alone(zebra_cli: Project) -> None:
    """A first line of null does not reach Arrow's parser, which would end the process; nor does one after a bad line."""
    good = lines(wide(2)).splitlines()
    zebra_cli.write("scores.csv", SCORES)
    zebra_cli.write("pool.jsonl", b"\n".join([b" null", good[0], b"{", b'null{"a": 1}', good[1]]))
    zebra_cli.run("run", "--pool", "pool.jsonl", "--scores", "scores.csv")
    assert len(zebra_cli.dataset()) == 2
    rejected = (zebra_cli.folder / "zebra-dataset" / "rejected_rows.jsonl").read_text().splitlines()
    assert [json.loads(row)["line"] for row in rejected] == [1, 3, 4]
    zebra_cli.write("null.jsonl", "null\n")
    words = ("run", "--pool", "null.jsonl", "--scores", "scores.csv", "-o", "none")
    check(zebra_cli, "the first: expected an object, got None", *words)


def test_a_column_that_appears_after_the_first_lines_is_read(zebra_cli: Project) -> None:
    """A model of row 151 that the first 150 rows lack takes part: it is the best, and chosen there."""
    late = {"instruction": "late", "a": "a late", "b": "b late", "c": "c late"}
    zebra_cli.write("pool.jsonl", lines([*wide(150), late]))
    zebra_cli.write("scores.csv", "model,MMLU\nc,4\na,3\nb,2\nd,1\n")
    zebra_cli.run("run", "--pool", "pool.jsonl", "--scores", "scores.csv")
    assert [row["chosen_model"] for row in zebra_cli.dataset()] == ["a"] * 150 + ["c"]


def test_a_late_column_of_a_long_file_is_noticed(zebra_cli: Project) -> None:
    """A second half with a column of its own begins after the bytes that are searched line by line."""
    long = [row | {"b": "b" * 2_000} for row in wide(1_000)]
    zebra_cli.write("pool.jsonl", lines(long + [row | {"c": "c"} for row in long]))
    assert {
        name
        for part in zebra.open_pool("pool.jsonl").parts
        for batch in part.read()
        for name in batch["models"][0].as_py()
    } == {"a", "b", "c"}


def test_the_meter_of_a_compressed_file_ends_at_its_size(zebra_cli: Project) -> None:
    """What is read is counted in bytes of the file, so that the time left is known."""
    for name, content in (
        ("pool.jsonl.gz", gzip.compress(lines(wide(5_000)))),
        ("pool.csv", b"instruction,a,b\n" + b"q,x,y\n" * 9),
    ):
        zebra_cli.write(name, content)
        (part,) = zebra.open_pool(name).parts
        assert part.meter is not None
        assert (part.meter.size, part.meter.done) == (len(content), 0)
        assert sum(batch.num_rows for batch in part.read()) in (5_000, 9)
        assert part.meter.done == len(content)


@pytest.mark.parametrize("compress", [bytes, gzip.compress], ids=["plain", "compressed"])
def test_ranges_that_end_with_a_line(
    zebra_cli: Project, monkeypatch: pytest.MonkeyPatch, compress: Callable[[bytes], bytes]
) -> None:
    """Lines of 64 bytes fit blocks of 256 and ranges of 1,024 exactly: each row is read once, and bad ones are numbered right."""
    monkeypatch.setattr("zebra_pools.files.json_lines.BLOCK", 256)
    monkeypatch.setattr("zebra_pools.files.json_lines.RANGE", 1_024)
    stored = [b'{"a": "%04d%s"}\n' % (number, b"x" * 50) for number in range(100)]
    bad = (0, 3, 16, 17, 63, 99)
    for number in bad:
        stored[number] = b"{" + b"x" * 62 + b"\n"
    assert {len(line) for line in stored} == {64}
    name = "lines.jsonl" if compress is bytes else "lines.jsonl.gz"
    zebra_cli.write(name, compress(b"".join(stored)))
    schema, ranges = open_lines(zebra_cli.folder / name)
    assert len(ranges) == (6 if compress is bytes else 1)
    items = [item for part in ranges for item in part.read(schema)]
    rows = [row["a"][:4] for item in items if isinstance(item, pa.RecordBatch) for row in item.to_pylist()]
    assert rows == [f"{number:04d}" for number in range(100) if number not in bad]
    assert [item.line for item in items if isinstance(item, zebra.Rejected)] == [number + 1 for number in bad]


def test_values_without_a_type(tmp_path: Path) -> None:
    """In an array, a number beyond 64 bits and half of a surrogate pair concern their row or column only."""
    rows = [{"prompt": "q", "model": m, "response": f"{m}.", "seed": 10**30} for m in "abc"]
    rows[1]["response"] = "\ud800"
    (tmp_path / "pool.json").write_text(json.dumps(rows))
    rejected: list[zebra.Rejected] = []
    (part,) = zebra.open_pool(str(tmp_path / "pool.json")).parts
    assert [batch["models"].to_pylist() for batch in batches(part, rejected.append)] == [[["a", "c"]]]
    assert [row.line for row in rejected] == [2]
