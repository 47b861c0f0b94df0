"""The strategy and the column `listed`, which take pairs and values from a file."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
from helpers import small_pool

from zebra_core.testing import Project

NAMES = ("id", "chosen_model", "rejected_model", "chosen_scored_as", "rejected_scored_as", "desirability", "weight")


def write(cli: Project, *pairs: tuple[str, str, str, float, float]) -> None:
    """Write a pool of questions that three models answered, and a file of pairs: chosen, rejected, desirability and weight."""
    small_pool.write(cli, [{**row, "id": f"q{number}"} for number, row in enumerate(small_pool.rows(3))])
    rows = [(key, chosen, rejected, chosen, rejected, *numbers) for key, chosen, rejected, *numbers in pairs]
    pq.write_table(
        pa.Table.from_pylist([dict(zip(NAMES, row, strict=True)) for row in rows]), cli.folder / "pairs.parquet"
    )


ARGUMENTS = ("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "--threshold", "-1", "--strategy", "listed")
FILE = ("--set", "strategy.listed.file=pairs.parquet")


def test_the_listed_pairs_are_picked(zebra_cli: Project) -> None:
    """The most desirable pair of an instruction that the file lists is picked, and an instruction that it does not list gives none."""
    answered = [row["models"] for row in small_pool.rows(3)]
    (a, b, c), (d, e, _), _ = map(sorted, answered)
    write(zebra_cli, ("q0", a, b, 0.1, 7.0), ("q0", b, c, 0.2, 8.0), ("q1", d, e, 0.0, 9.0))
    values = ("--column", "listed", "--set", "column.listed.file=pairs.parquet")
    output = zebra_cli.run(*ARGUMENTS, *FILE, *values).stdout
    rows = zebra_cli.dataset()
    assert [{row["chosen_model"], row["rejected_model"]} for row in rows] == [{b, c}, {d, e}]
    assert [row["weight"] for row in rows] == [8.0, 9.0]
    assert "left out 1:" in output


def test_the_file_is_part_of_what_a_dataset_follows_from(zebra_cli: Project) -> None:
    """The manifest has its hash; with another file of the same name, it is another dataset."""
    models = sorted(small_pool.rows(1)[0]["models"])
    write(zebra_cli, ("q0", models[0], models[1], 0.0, 1.0))
    zebra_cli.run(*ARGUMENTS, *FILE)
    assert [file["path"] for file in zebra_cli.manifest()["inputs"]].count("pairs.parquet") == 1
    write(zebra_cli, ("q0", models[1], models[2], 0.0, 1.0))
    assert "zebra-dataset exists" in zebra_cli.run(*ARGUMENTS, *FILE, code=2).stderr


def test_messages(zebra_cli: Project) -> None:
    """Without a file, with one that is no table, and with one without the columns, a line says what to do."""
    write(zebra_cli, ("q0", "a", "b", 0.0, 1.0))
    missing = zebra_cli.run(*ARGUMENTS, code=2).stderr
    assert missing.endswith(
        "takes its pairs from a file of pairs; `zebra rounds` writes one, and sets the option `file` to it\n"
    )
    zebra_cli.write("text.parquet", "no table")
    for name, fact in (("text.parquet", "cannot read the pairs in text.parquet"), ("none.parquet", "none.parquet")):
        assert fact in zebra_cli.run(*ARGUMENTS, "--set", f"strategy.listed.file={name}", code=2).stderr
    pq.write_table(pa.table({"id": ["q0"]}), zebra_cli.folder / "other.parquet")
    message = zebra_cli.run(*ARGUMENTS, "--set", "strategy.listed.file=other.parquet", code=2).stderr
    assert "has no column chosen_model, chosen_scored_as, desirability, rejected_model, rejected_scored_as" in message
