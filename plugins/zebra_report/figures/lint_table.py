"""The lints as a table of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Mapping

EXAMPLES = 3
"""The number of ids that are shown of the pairs that a lint matches."""


@attrs.frozen
class LintTable:
    """Lints on the pairs: identical, empty, refusals, special tokens, repeated prompts, length, one pair of models."""

    takes_lints = True

    def __call__(self, dataset: zebra.Dataset, lints: Mapping[str, zebra.LintResult]) -> zebra.Section:
        """Return the table of lints, with the error of each that failed."""
        rows: list[list[Any]] = [["lint", "pairs", "what", "for example"]]
        rows += [_row(name, result) for name, result in lints.items()]
        text = f"Of {dataset.sampled}; `zebra report --fail-on LINT` ends with an error if a count is above 0."
        return zebra.Section("What to look at", text, rows=rows)


def _row(name: str, result: zebra.LintResult) -> list[Any]:
    if result.failed:
        return [name, None, f"This lint failed. {result.fact}", ""]
    return [name, result.count, result.fact, ", ".join(result.ids[:EXAMPLES])]
