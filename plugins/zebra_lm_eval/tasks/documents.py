"""The rows of multiple-choice benchmarks in one shape: `question`, `options`, and the `letter` of the right one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from datasets import Dataset, DatasetDict

if TYPE_CHECKING:
    from collections.abc import Callable

LETTERS = "ABCDEFGHIJ"
STEM = {
    "abstract_algebra", "anatomy", "astronomy", "college_biology", "college_chemistry", "college_computer_science",
    "college_mathematics", "college_physics", "computer_security", "conceptual_physics", "electrical_engineering",
    "elementary_mathematics", "high_school_biology", "high_school_chemistry", "high_school_computer_science",
    "high_school_mathematics", "high_school_physics", "high_school_statistics", "machine_learning",
}  # fmt: skip
"""The STEM subjects of MMLU (Hendrycks et al. 2021, Table 1; the harness has the same)."""


def arc(rows: Dataset) -> Dataset:
    """Convert rows of ARC (`question`, `choices` of `text` and `label`, `answerKey`); labels are letters or digits."""
    return _convert(rows, lambda r: (r["question"], r["choices"]["text"], r["choices"]["label"].index(r["answerKey"])))


def hellaswag(rows: Dataset) -> Dataset:
    """Convert rows of HellaSwag (`activity_label`, `ctx_a`, `ctx_b`, `endings`, `label`), cleaned as the harness does."""
    from lm_eval.tasks.hellaswag.utils import preprocess  # noqa: PLC0415

    def read(row: dict[str, Any]) -> tuple[str, list[str], int]:
        context = f"{row['activity_label']}: {row['ctx_a']} {row['ctx_b'].capitalize()}"
        return preprocess(context), [preprocess(ending) for ending in row["endings"]], int(row["label"])

    return _convert(rows, read)


def mmlu_stem(rows: Dataset) -> Dataset:
    """Convert the STEM rows of MMLU (`question`, `subject`, `choices`, `answer`)."""
    stem = rows.filter(lambda row: row["subject"] in STEM)
    return _convert(stem, lambda r: (r["question"], r["choices"], int(r["answer"])))


def mmlu_pro(rows: Dataset) -> Dataset:
    """Convert rows of MMLU-Pro (`question`, `options`, `answer_index`)."""
    return _convert(rows, lambda r: (r["question"], r["options"], int(r["answer_index"])))


def _convert(rows: Dataset, read: Callable[[dict[str, Any]], tuple[str, list[str], int]]) -> Dataset:
    """Convert rows with `read`, a function from a row to its question, its options and the index of the right one."""

    def convert(row: dict[str, Any]) -> dict[str, Any]:
        question, options, right = read(row)
        return {"question": question.strip(), "options": [o.strip() for o in options], "letter": LETTERS[right]}

    return rows.map(convert, remove_columns=rows.column_names)


def demo(family: str, **_: object) -> DatasetDict:
    """Return the demo's held-out questions of one family."""
    rows = Dataset.from_json(str(Path(__file__).parent / "demo.jsonl"))
    return DatasetDict({"test": rows.filter(lambda row: row["family"] == family)})


def demo_right(row: dict[str, Any], answers: list[str]) -> dict[str, float]:
    """Compare the final answer, which follows the last colon or the last "is", with the right one, letter by letter."""
    final = answers[0].strip().rpartition(": ")[2].rpartition(" is ")[2]
    return {"exact_match": float(final.strip().removesuffix(".") == row["answer"])}
