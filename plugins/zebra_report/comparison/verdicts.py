"""The lines at the top of a comparison: how much two datasets share, and what to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_report.comparison.matching import OTHER, REVERSED, SAME
from zebra_report.comparison.numbers import statistics
from zebra_report.comparison.recipes import recipe_differences
from zebra_report.page import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zebra_report.comparison.columns import Columns
    from zebra_report.comparison.matching import Match
    from zebra_report.page import Level

FAR = {"margin": 0.1, "similarity": 0.1, "confidence": 0.1, "chosen response is longer": 0.1}
"""How far apart the means of two datasets may be before it is pointed out."""
FEW = 0.5
"""The share of the instructions below which too few are common for a comparison of strategies."""


def verdicts_of(datasets: Sequence[Columns], matches: Sequence[Match]) -> list[Verdict]:
    """Return the verdicts on each dataset after the first, compared with the first."""
    first = datasets[0]
    return [
        verdict
        for columns, each in zip(datasets[1:], matches, strict=True)
        for verdict in (
            _recipe(first, columns),
            _instructions(first, columns, each),
            _pairs(first, columns, each),
            *_labels(columns, each),
            *_means(first, columns),
        )
    ]


def _recipe(first: Columns, other: Columns) -> Verdict:
    rows, _ = recipe_differences([first.dataset.manifest, other.dataset.manifest])
    shown = ", ".join(f"{name} {after} instead of {before}" for name, before, after in rows[:3])
    more = f", and {len(rows) - 3} more differences" if len(rows) > 3 else ""
    fact = f"{other.name} has {shown}{more}" if rows else f"{other.name} has the recipe of {first.name}"
    return Verdict("Recipe", "good", fact, section="recipes")


def _instructions(first: Columns, other: Columns, match: Match) -> Verdict:
    shared, least = match.shared, min(len(first), len(other))
    level: Level = "good" if shared >= FEW * least else "look" if shared else "bad"
    fact = f"{other.name} has the instructions of {shared:,} of the {len(first):,} pairs of {first.name}"
    remedy = "" if level == "good" else "what differs may come from the instructions; compare datasets of one --pool"
    return Verdict("Instructions", level, fact, remedy, "pairs")


def _pairs(first: Columns, other: Columns, match: Match) -> Verdict:
    same, shared = match.count(SAME), match.shared
    if shared and same == shared:
        fact = f"{other.name} has the same pairs of all instructions that it shares with {first.name}"
        return Verdict("Pairs", "look", fact, "on these, a training cannot differ", "pairs")
    share = f" ({same / shared:.0%})" if shared else ""
    fact = f"{other.name} has {same:,} of these pairs too{share}, and other pairs in place of {match.count(OTHER):,}"
    return Verdict("Pairs", "good", fact, section="pairs")


def _labels(other: Columns, match: Match) -> Iterator[Verdict]:
    count = match.count(REVERSED)
    if count:
        fact = f"{other.name} has the labels of {count:,} of these pairs reversed"
        yield Verdict("Labels", "look", fact, "--rule decides which response is chosen", "differing")


def _means(first: Columns, other: Columns) -> Iterator[Verdict]:
    before, after = statistics(first), statistics(other)
    far = [name for name, least in FAR.items() if abs(after[name] - before[name]) > least]
    if far:
        words = "; ".join(f"{name}, {after[name]:.3f} instead of {before[name]:.3f}" for name in far)
        yield Verdict("Means", "look", f"{other.name} is far from {first.name} in {words}", section="numbers")
