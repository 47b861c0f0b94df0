"""Arrow files, whose bytes become arrays without being parsed."""

from __future__ import annotations

import io
import struct

import pyarrow as pa
from helpers.bad_input import SCORES, check
from helpers.pools import arrow

from zebra_core.testing import Project

ROWS = [{"instruction": f"question {n}", "a": f"a says {n}", "b": f"b says {n}"} for n in range(4)]


def test_a_damaged_file_ends_with_a_message(zebra_cli: Project) -> None:
    """An offset of a text that points far outside the file's texts is noticed before anything computes with it."""
    content = arrow(ROWS)
    offsets = struct.pack("<3i", 0, 8, 16)  # two texts of 8 bytes in each batch: "a says 0", "a says 1"
    assert offsets in content
    zebra_cli.write("pool.arrow", content.replace(offsets, struct.pack("<3i", 0, 1 << 30, 16)))
    zebra_cli.write("scores.csv", SCORES)
    check(zebra_cli, r"cannot read pool.arrow: .*damaged", "run", "--pool", "pool.arrow", "--scores", "scores.csv")


def test_text_that_is_not_utf8_rejects_its_row_alone(zebra_cli: Project) -> None:
    """The other rows of the batch are used."""
    table = pa.table({name: pa.array([row[name].encode() for row in ROWS]) for name in ROWS[0]})
    broken = table.set_column(1, "a", pa.array([b"fine", b"caf\xe9", b"good", b"well"]))
    texts = pa.schema([(name, pa.string()) for name in table.column_names])
    batch = pa.RecordBatch.from_arrays(
        [column.combine_chunks().view(pa.string()) for column in broken.columns], schema=texts
    )
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, texts) as writer:
        writer.write_batch(batch)
    zebra_cli.write("pool.arrow", sink.getvalue())
    zebra_cli.write("scores.csv", SCORES)
    zebra_cli.run("run", "--pool", "pool.arrow", "--scores", "scores.csv")
    assert [row["chosen"][0]["content"] for row in zebra_cli.dataset()] == ["fine", "good", "well"]
    assert len((zebra_cli.folder / "zebra-dataset" / "rejected_rows.jsonl").read_text().splitlines()) == 1


def test_a_column_whose_name_is_not_utf8(zebra_cli: Project) -> None:
    """One line, whichever reader looks at the file."""
    content = arrow([{"instruction": "q", "a": "x", "abcd": "y"}])
    zebra_cli.write("pool.arrow", content.replace(b"abcd", b"ab\xc3d"))
    zebra_cli.write("scores.csv", SCORES)
    message = r"cannot read pool.arrow: the name of a column is not UTF-8"
    check(zebra_cli, message, "run", "--pool", "pool.arrow", "--scores", "scores.csv")
