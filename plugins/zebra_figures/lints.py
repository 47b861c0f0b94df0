"""What a person would stumble over in the pairs."""

from __future__ import annotations

from typing import Any

import zebra_core as zebra


def lints(evidence: zebra.Evidence) -> zebra.Exhibit:
    """Lints on the pairs: identical, empty, refusals, special tokens, repeated prompts, length, one pair of models."""
    rows: list[list[Any]] = [["lint", "pairs", "what", "for example"]]
    rows += [[found.lint, found.count, found.fact, ", ".join(found.examples)] for found in evidence.lints()]
    told = f"Of {evidence.sampled}; `zebra report --fail-on LINT` ends with an error where a count is above 0."
    return zebra.Exhibit("What to look at", told, rows=rows)
