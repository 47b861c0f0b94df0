"""CSV files whose bytes are not text."""

from __future__ import annotations

import json

import pytest
from helpers.bad_input import SCORES

from zebra_core.testing import Project

HEADER = b"instruction,a,b\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"q2,caf\xe9,no", "'a' is not UTF-8"),
        (b"q2,caf\xe9,no,more", "expected 3 columns, got 4"),
        (b"q2,\xf0\x9f\x98,no", "'a' is not UTF-8"),  # the first three bytes of a character of four
    ],
)
def test_undecodable_bytes_reject_their_row(
    zebra_cli: Project, capfd: pytest.CaptureFixture[str], line: bytes, reason: str
) -> None:
    """The row is left out with its reason, also if it has too many cells; nothing else is printed."""
    zebra_cli.write("pool.csv", HEADER + b"q1,yes,no\n" + line + b"\nq3,\xf0\x9f\x98\x80,no\n")
    zebra_cli.write("scores.csv", SCORES)
    zebra_cli.run("run", "--pool", "pool.csv", "--scores", "scores.csv")
    assert [row["chosen"][0]["content"] for row in zebra_cli.dataset()] == ["yes", "\U0001f600"]
    rejected = (zebra_cli.folder / "zebra-dataset" / "rejected_rows.jsonl").read_text().splitlines()
    assert [json.loads(row)["reason"] for row in rejected] == [reason]
    assert "Traceback" not in "".join(capfd.readouterr())


def test_a_character_across_two_chunks(zebra_cli: Project) -> None:
    """Characters of four bytes at every place of a file that is read in chunks stay what they are."""
    rows = 40_000
    zebra_cli.write("pool.csv", HEADER.decode() + "".join(f"q{n},{'x' * (n % 7)}\U0001f600,no\n" for n in range(rows)))
    zebra_cli.write("scores.csv", SCORES)
    zebra_cli.run("run", "--pool", "pool.csv", "--scores", "scores.csv")
    assert len(zebra_cli.dataset()) == rows
    assert {row["chosen"][0]["content"].strip("x") for row in zebra_cli.dataset()} == {"\U0001f600"}
