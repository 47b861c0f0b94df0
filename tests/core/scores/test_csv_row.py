"""A model added to a CSV file of scores."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.score_tables import rows

import zebra_core as zebra
from zebra_core.scores.catalogue import BenchmarkIndex
from zebra_core.scores.csv_row import add_row


def test_a_row_is_added(tmp_path: Path, index: BenchmarkIndex) -> None:
    """Missing columns are added, cells that a model lacks stay empty, and everything else stays as it was."""
    path = tmp_path / "scores.csv"
    add_row(path, "a", {"MMLU": 60.25}, index)
    add_row(path, "b", {"GSM8K": 100 / 3}, index)
    assert path.read_text() == "model,MMLU,GSM8K\na,60.25,\nb,,33.333333333333336\n"
    with pytest.raises(
        zebra.ZebraError,
        match="already has the model 'a'; add --overwrite to replace its scores, or --name to choose another name",
    ):
        add_row(path, "a", {"MMLU": 1}, index)
    add_row(path, "a", {"GSM8K": 5.0}, index, overwrite=True)
    assert rows(path) == [
        {"model": "b", "MMLU": "", "GSM8K": "33.333333333333336"},
        {"model": "a", "MMLU": "60.25", "GSM8K": "5.0"},
    ]
    path.write_text("")
    with pytest.raises(zebra.ZebraError, match=r"cannot read the table .*: it is empty"):
        add_row(path, "c", {"MMLU": 1}, index)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model,MMLU\na,1,2\n", "a column appears twice, or a row is longer or shorter than the header"),
        ("model,MMLU,MMLU\na,1,2\n", "a column appears twice"),
        ("model\tMMLU\na\t1\n", "it must be a .csv file, new or not, in an existing folder"),
        (
            "model,benchmark,score\na,MMLU,1\na,GSM8K,2\n",
            "with one row per model, its name in the first column",
        ),
        ("rank,model,MMLU\n1,a,60\n2,b,50\n", "with one row per model, its name in the first column"),
        ("model,MMLU\n m ,60\n", "already has the model 'm'"),
    ],
)
def test_a_file_that_is_not_a_table(tmp_path: Path, index: BenchmarkIndex, text: str, message: str) -> None:
    """A file that no row can be added to is an error, and stays the same, to the byte."""
    path = tmp_path / ("scores.tsv" if "\t" in text else "scores.csv")
    path.write_text(text)
    with pytest.raises(zebra.ZebraError, match=message):
        add_row(path, "m", {"MMLU": 1}, index)
    assert path.read_text() == text


def test_cells_keep_their_form(tmp_path: Path, index: BenchmarkIndex) -> None:
    """Quoted line breaks stay, and so do percent signs, which the new row also has in such a column."""
    path = tmp_path / "scores.csv"
    path.write_text('model,MMLU,note\na,61.5%,"two\nlines"\n')
    add_row(path, "b", {"MMLU": 50.0}, index)
    assert path.read_text() == 'model,MMLU,note\na,61.5%,"two\nlines"\nb,50.0%,\n'
    assert zebra.read_scores(str(path)).values.tolist() == [[61.5], [50.0]]
    with pytest.raises(zebra.ZebraError, match="in an existing folder"):
        add_row(tmp_path / "nowhere/scores.csv", "b", {"MMLU": 50.0}, index)


def test_the_column_is_found(tmp_path: Path, index: BenchmarkIndex) -> None:
    """A score goes into the column of another spelling, in that column's unit: .35 among fractions, 35 among percent."""
    path = tmp_path / "scores.csv"
    path.write_text("name,arc-e (0-shot),MMLU-Pro,speed\na,0.4,10.5,3\nb,-,50.5,4\n")
    add_row(path, "mine", {"ARC-Easy": 35.0, "MMLU-Pro": 35.0, "speed": 0.5}, index)
    assert rows(path)[2] == {"name": "mine", "arc-e (0-shot)": "0.35", "MMLU-Pro": "35.0", "speed": "0.5"}
