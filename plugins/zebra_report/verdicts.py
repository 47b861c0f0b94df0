"""The lines at the top of a report: what each check says of the dataset, and the flag that changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import zebra_core as zebra
from zebra_report.facts import facts_of
from zebra_report.page import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zebra_report.page import Level

    Lints = Mapping[str, zebra.LintResult]

TEXTS = ("identical", "near-identical", "empty", "special-tokens", "refusal-chosen")
SHARE = 0.01
"""The share of the pairs above which what a lint matches is a fault of the dataset, not of some pairs."""
EVEN, FEW = 0.5, 3.0
"""The share of the most frequent pair of models, and the effective number of pairs of models, that are worth a look."""
UNSURE, COIN = 0.65, 0.55
"""The mean confidence below which labels are worth a look, and below which they are hardly better than a coin."""
EASY = 0.3
"""The mean hardness below which the pairs are easy to tell apart."""
KEPT = 0.5
"""The share of the instructions that gave a pair below which it is worth a look."""


def verdicts_of(dataset: zebra.Dataset, lints: Lints) -> list[Verdict]:
    """Return the verdicts on a dataset, in the order of the page."""
    return [
        _kept(dataset),
        _scores(dataset),
        _spread(dataset),
        _certainty(dataset),
        *_difficulty(dataset),
        *_lint(lints, "length-bias", "Length", "--length-ratio 1.5 leaves out pairs of unlike length"),
        _texts(dataset, lints),
        *_lint(lints, "repeated-prompt", "Duplicates", "--filter dedup leaves out instructions that repeat"),
        _contamination(dataset, lints),
        *_others(lints),
    ]


def _kept(dataset: zebra.Dataset) -> Verdict:
    """Return how many of the instructions gave a pair, and why the others did not."""
    summary = dataset.manifest.summary
    share = summary.pairs / max(summary.rows, 1)
    reason = next((f"; {count:,} left out: {text}" for text, count in summary.left_out.items()), "")
    unscored = f"; no scores for {', '.join(list(summary.unscored)[:3])}" if summary.unscored else ""
    fact = f"{summary.pairs:,} pairs from {summary.rows:,} instructions{reason}{unscored}"
    remedy = "--alias maps names to those of the scores" if summary.unscored else ""
    if share < KEPT and not remedy:
        remedy = "--threshold, --min-gap and --min-confidence decide what is left out"
    level: Level = "bad" if share < KEPT / 5 else "look" if share < KEPT or unscored else "good"
    return Verdict("Pairs", level, fact, remedy, "overview")


def _scores(dataset: zebra.Dataset) -> Verdict:
    """Return what was questioned in the scores."""
    scores = dataset.manifest.scores
    section = "scores" if dataset.has_behavior else ""
    if not scores.warnings:
        return Verdict("Scores", "good", f"no warning about {len(scores.benchmarks)} benchmarks", section=section)
    names = dict.fromkeys(warning.name for warning in scores.warnings)
    fact = f"{len(scores.warnings)} warnings: {scores.warnings[0].text}"
    return Verdict("Scores", "look", fact, f"--silence {' --silence '.join(names)} once you have looked", section)


def _spread(dataset: zebra.Dataset) -> Verdict:
    """Return over how many pairs of models the data is spread."""
    nested = dataset.manifest.summary.model_pairs
    counts = {(better, worse): count for better, others in nested.items() for worse, count in others.items()}
    (better, worse), most = max(counts.items(), key=lambda item: item[1])
    total = sum(counts.values())
    effective = total**2 / sum(count**2 for count in counts.values())
    top = most / total
    level: Level = "bad" if top > zebra.DOMINANT_SHARE else "look" if top > EVEN or effective < FEW else "good"
    one = f"{better} over {worse} makes up {top:.0%}"
    fact = f"{len(counts):,} pairs of models, worth {effective:.1f} of equal weight; {one}"
    remedy = "" if level == "good" else "--candidates 4 or --max-share 0.1 spreads the pairs over more models"
    return Verdict("Models", level, fact, remedy, "model-pairs")


def _certainty(dataset: zebra.Dataset) -> Verdict:
    """Return in which share of the pairs the label is expected to be right, if confidence is calibrated."""
    confidence = float(np.nanmean(facts_of(dataset).numbers["confidence"]))
    level: Level = "bad" if confidence < COIN else "look" if confidence < UNSURE else "good"
    fact = f"{confidence:.0%} of the labels are expected to be right, by the mean confidence"
    remedy = (
        "zebra audit FOLDER --judge LABELS compares with a judge"
        if level == "good"
        else "--min-confidence 0.65 asks for more"
    )
    return Verdict("Labels", level, fact, remedy, "distributions")


def _difficulty(dataset: zebra.Dataset) -> Iterator[Verdict]:
    """Yield how hard the pairs are to tell apart, if it was measured."""
    hardness = dataset.manifest.summary.mean_hardness
    if hardness is not None:
        level: Level = "look" if hardness < EASY else "good"
        fact = f"mean hardness {hardness:.2f} (similarity x (1 - the size of the margin))"
        yield Verdict(
            "Hardness", level, fact, "--strategy hard takes harder pairs" if level == "look" else "", "distributions"
        )


def _result(lints: Lints, name: str) -> zebra.LintResult | None:
    """Return the result of a built-in lint, whose name has its plugin if another plugin offers the same; None if it has not run."""
    return lints.get(name) or lints.get(f"report:{name}")


def _lint(lints: Lints, lint: str, name: str, remedy: str) -> Iterator[Verdict]:
    """Yield the result of a lint, if it has run."""
    result = _result(lints, lint)
    if result is not None:
        fault = bool(result.count or result.failed)
        fact = result.fact if result.count or result.failed or lint == "length-bias" else f"no pair: {result.fact}"
        counted = f"{result.count:,} pairs: " if result.count and lint != "length-bias" else ""
        yield Verdict(name, "look" if fault else "good", f"{counted}{fact}", remedy if fault else "", "lints")


def _texts(dataset: zebra.Dataset, lints: Lints) -> Verdict:
    """Return which lints on single pairs match."""
    results = {name: result for name in TEXTS if (result := _result(lints, name)) is not None}
    matched = [f"{result.count:,} {name}" for name, result in results.items() if result.count]
    if not matched:
        return Verdict("Texts", "good", f"none of {len(results)} lints matches in {dataset.sampled}", section="lints")
    most = max(result.count for result in results.values())
    level: Level = "bad" if most > SHARE * len(facts_of(dataset).ids) else "look"
    return Verdict("Texts", level, f"pairs in {dataset.sampled}: {', '.join(matched)}", _filters(results), "lints")


def _filters(results: Mapping[str, zebra.LintResult]) -> str:
    names = " ".join(f"--fail-on {name}" for name, result in results.items() if result.count)
    return f"zebra report {names} ends with an error"


def _contamination(dataset: zebra.Dataset, lints: Lints) -> Verdict:
    """Return whether prompts of test sets are in the data, if anybody looked."""
    result, mix = _result(lints, "test-overlap"), dataset.manifest.mix
    if result is not None and not result.failed:
        level: Level = "bad" if result.count else "good"
        fact = f"{result.count:,} prompts are in the test set" if result.count else "no prompt is in the test set"
        remedy = "zebra mix FOLDER --decontaminate FILE leaves them out" if result.count else ""
        return Verdict("Contamination", level, fact, remedy, "lints")
    if mix is not None and mix.decontaminated:
        return Verdict("Contamination", "good", "the mix left out prompts of its test files", section="overview")
    return Verdict(
        "Contamination",
        "look",
        "not compared with any test set",
        "zebra report FOLDER --against FILE compares",
        "lints",
    )


def _others(lints: Lints) -> Sequence[Verdict]:
    """Return a verdict for each lint of a plugin."""
    own = {*TEXTS, "length-bias", "repeated-prompt", "test-overlap", "dominant-models"}
    others = {name: result for name, result in lints.items() if name.removeprefix("report:") not in own}
    return [
        Verdict(
            name,
            "look" if result.count or result.failed else "good",
            f"{result.count:,} pairs: {result.fact}",
            "",
            "lints",
        )
        for name, result in others.items()
    ]
