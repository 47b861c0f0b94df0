"""The built-in columns, and the commands that read a dataset with them."""

from __future__ import annotations

import pytest

from zebra_core.testing import Project


@pytest.fixture
def dataset(zebra_cli: Project) -> Project:
    """Build the demo with lengths."""
    zebra_cli.run("run", "--column", "lengths", "-o", "pairs")
    return zebra_cli


def test_lengths(dataset: Project) -> None:
    """The lengths are those of the two responses, in characters."""
    rows = dataset.dataset("pairs")
    assert len(rows) == 600
    for row in rows:
        assert row["chosen_length"] == len(row["chosen"][0]["content"])
        assert row["rejected_length"] == len(row["rejected"][0]["content"])


def test_report_audit_and_another_run_read_it(dataset: Project) -> None:
    """The commands that read a dataset do with it what they do without the columns."""
    dataset.run("run", "-o", "plain")
    dataset.run("report", "pairs")
    dataset.run("report", "plain")
    tables = {path.name: path.read_text() for path in (dataset.folder / "plain/report").glob("*.csv")}
    assert tables
    for name, text in tables.items():
        assert (dataset.folder / "pairs/report" / name).read_text() == text
    dataset.run("run", "pairs/recipe.toml", "-o", "again")
    one, two = (dataset.folder / name / "data/part-00000.parquet" for name in ("pairs", "again"))
    assert one.read_bytes() == two.read_bytes()


@pytest.mark.train
def test_training_reads_it(dataset: Project) -> None:
    """A trainer gets the pairs, without the columns that it does not know."""
    from zebra_trl.data.load import read, standard

    rows = standard(read("pairs"), pairs=True)
    assert rows.column_names[:3] == ["prompt", "chosen", "rejected"]
    assert {*rows.column_names[3:]} == {"source", "margin", "confidence", "similarity"}
    assert len(rows) == 600
