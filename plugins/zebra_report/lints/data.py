"""Lints on the dataset as a whole."""

from __future__ import annotations

import attrs
import numpy as np

import zebra_core as zebra
from zebra_report.facts import facts_of

SHARE = [attrs.validators.ge(0), attrs.validators.le(1)]
"""The validators of a share."""


def repeated_prompt(dataset: zebra.Dataset) -> zebra.LintResult:
    """The prompt also appears under an earlier id."""
    facts, first = facts_of(dataset), dict[bytes, str]()
    ids = facts.ids.to_pylist()
    rows = zip(ids, (prompt.tobytes() for prompt in facts.prompts), strict=True)
    repeated = [name for name, prompt in rows if first.setdefault(prompt, name) != name]
    return zebra.LintResult("the prompt also appears under another id", repeated)


@attrs.frozen
class LengthBias:
    """The chosen response is the longer one in most pairs; share and rank correlation are always reported."""

    share: float = zebra.option(
        0.7, "Share of pairs with a longer chosen response above which length is a bias.", validator=SHARE
    )

    def __call__(self, dataset: zebra.Dataset) -> zebra.LintResult:
        """Return how closely length goes along with being chosen; no pair counts unless it is a bias."""
        facts = facts_of(dataset)
        lengths = facts.lengths["chosen"] - facts.lengths["rejected"]
        longer = float(np.mean(lengths > 0) + 0.5 * np.mean(lengths == 0)) if len(lengths) else 0.5
        correlation = zebra.rank_correlation(facts.numbers["margin"], lengths)
        fact = f"the chosen response is longer in {longer:.1%} (ties half); rank correlation of margin and difference in length {correlation:.2f}"
        return zebra.LintResult(fact, count=int((lengths > 0).sum()) if longer > self.share else 0)


@attrs.frozen
class DominantModels:
    """One pair of models makes up most of the data."""

    share: float = zebra.option(
        zebra.DOMINANT_SHARE, "Share of all pairs above which a pair of models dominates.", validator=SHARE
    )

    def __call__(self, dataset: zebra.Dataset) -> zebra.LintResult:
        """Return the number of pairs of the most frequent pair of models, of all pairs, if it dominates."""
        nested = dataset.manifest.summary.model_pairs
        counts = [(count, better, worse) for better, others in nested.items() for worse, count in others.items()]
        most, better, worse = max(counts, key=lambda entry: entry[0], default=(0, "", ""))
        fact = f"the most frequent pair of models makes up {most / max(dataset.total, 1):.1%}: {better} over {worse}"
        return zebra.LintResult(fact, count=most if most > self.share * dataset.total else 0)
