"""The lints as a table of the report."""

from __future__ import annotations

from typing import Any

import zebra_core as zebra
from zebra_report.lints import lint_dataset


def lints(dataset: zebra.Dataset) -> zebra.Section:
    """Lints on the pairs: identical, empty, refusals, special tokens, repeated prompts, length, one pair of models."""
    rows: list[list[Any]] = [["lint", "pairs", "what", "for example"]]
    rows += [[result.lint, result.count, result.fact, ", ".join(result.examples)] for result in lint_dataset(dataset)]
    text = f"Of {dataset.sampled}; `zebra report --fail-on LINT` ends with an error if a count is above 0."
    return zebra.Section("What to look at", text, rows=rows)
