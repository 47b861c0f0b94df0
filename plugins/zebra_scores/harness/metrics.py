"""Which of a task's metrics is its score, and what is known about that metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_scores.runs import Score

if TYPE_CHECKING:
    from collections.abc import Container

METRICS = (
    "prompt_level_strict_acc", "acc_norm", "acc", "exact_match", "em", "pass@1", "pass_at_1", "quasi_exact_match",
    "extractive_match", "f1", "mcc", "bleu", "rouge", "word_perplexity", "perplexity",
)  # fmt: skip
"""The metrics that may be the score of a task; the first one that a task has is."""
NOT_SHARES = ("mcc", "bleu", "rouge", "perplexity")
"""Those of them whose range is not 0 to 1, or is unknown."""


def pick_metric(names: Container[str]) -> str | None:
    """Return which of these metrics is a task's score, None if none is in `METRICS`."""
    return next((metric for metric in METRICS if metric in names), None)


def metric_score(
    benchmark: str, metric: str, value: float, stderr: float, *, higher_is_better: bool | None = None
) -> Score:
    """Return a score with its direction, which follows from the metric if the file does not give it, and its range."""
    lower = "perplexity" in metric if higher_is_better is None else not higher_is_better
    is_share = 0 <= value <= 1 and not any(name in metric for name in NOT_SHARES)
    return Score(benchmark, value, stderr, "lower" if lower else "higher", (0.0, 1.0) if is_share else None)
